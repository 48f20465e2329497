//go:build llamacpp && !llamacpp_linked

#include "clip.h"
#include "mtmd.h"

// Loads the vision encoder again, with attention computed the plain way. The
// embedded mtmd does not pass the option on; its context begins with the encoder.
extern "C" bool vlmspec_plain_attention(mtmd_context * ctx, const char * path, int image_max_tokens) {
    clip_ctx ** encoder = reinterpret_cast<clip_ctx **>(ctx);
    clip_free(*encoder);
    clip_context_params params = {};
    params.flash_attn_type = CLIP_FLASH_ATTN_TYPE_DISABLED;
    params.image_min_tokens = -1;
    params.image_max_tokens = image_max_tokens;
    params.warmup = true;
    clip_init_result loaded = clip_init(path, params);
    clip_free(loaded.ctx_a);
    *encoder = loaded.ctx_v;
    return loaded.ctx_v != nullptr;
}
