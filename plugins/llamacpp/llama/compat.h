// What differs between versions of llama.cpp, behind one face that C can call.
#pragma once

#include "llama.h"
#include "mtmd.h"

#ifdef __cplusplus
extern "C" {
#endif

// The engine's version for people, made of what it says of itself.
const char * vlmspec_engine_version(void);

// The paths of all shared libraries that are loaded, each ended by a newline, at
// most n bytes in all. Returns the bytes that it takes.
size_t vlmspec_shared_libraries(char * out, size_t n);

// device may be NULL. plain asks for attention that is not fused.
mtmd_context * vlmspec_vision_init(const char * path, const struct llama_model * model, int threads, bool gpu, const char * device, bool plain, int max_tokens);

bool vlmspec_non_causal(mtmd_context * ctx);
int32_t vlmspec_tokenize(mtmd_context * ctx, mtmd_input_chunks * out, const mtmd_bitmap * bitmap);
size_t vlmspec_columns(const mtmd_image_tokens * image);
struct llama_sampler * vlmspec_penalties(const struct llama_vocab * vocab, int last, float repeat);

// Applies adapters in place of those applied before. Returns 0 on success.
int32_t vlmspec_adapt(struct llama_context * ctx, struct llama_adapter_lora ** adapters, float * scales, size_t n);

#ifdef __cplusplus
}
#endif
