//go:build llamacpp

// The compiler finds out which version of llama.cpp it has: whether a struct has a
// member, which arguments a function takes, whether there is one. So one source
// builds against all versions since December 2025. Of two overloads the one that
// takes an int is tried first.
#include "compat.h"

#include <cstring>
#include <string>

#ifndef _WIN32
#include <dlfcn.h>
#endif
#if defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(__linux__)
#include <link.h>
#endif

static std::string says(const char * function) {
#ifndef _WIN32
    auto f = reinterpret_cast<const char * (*)()>(dlsym(RTLD_DEFAULT, function));
    const char * text = f == nullptr ? nullptr : f();
    return text == nullptr ? "" : text;
#else
    return "";
#endif
}

const char * vlmspec_engine_version(void) {
    static const std::string version = [] {
        std::string all = says("llama_version"), ggml = says("ggml_version"), commit = says("ggml_commit");
        if (!ggml.empty()) {
            all += (all.empty() ? "ggml " : ", ggml ") + ggml;
        }
        return commit.empty() ? all : all + " (" + commit + ")";
    }();
    return version.c_str();
}

size_t vlmspec_shared_libraries(char * out, size_t n) {
    std::string all;
#if defined(__APPLE__)
    for (uint32_t i = 0; i < _dyld_image_count(); i++) {
        all += std::string(_dyld_get_image_name(i)) + "\n";
    }
#elif defined(__linux__)
    dl_iterate_phdr([](dl_phdr_info * info, size_t, void * to) {
        *static_cast<std::string *>(to) += std::string(info->dlpi_name) + "\n";
        return 0;
    }, &all);
#endif
    if (all.size() <= n) {
        memcpy(out, all.data(), all.size());
    }
    return all.size();
}

template <class P> static auto set_device(P & p, const char * name, int) -> decltype(void(p.device)) {
    p.device = ggml_backend_dev_by_name(name);
}
template <class P> static void set_device(P &, const char *, long) {} // it reads MTMD_BACKEND_DEVICE

mtmd_context * vlmspec_vision_init(const char * path, const llama_model * model, int threads, bool gpu, const char * device, bool plain, int max_tokens) {
    mtmd_context_params params = mtmd_context_params_default();
    params.use_gpu = gpu;
    params.print_timings = false;
    params.n_threads = threads;
    params.warmup = !plain;
    if (plain) {
        params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    }
    if (max_tokens > 0) {
        params.image_max_tokens = max_tokens;
    }
    if (device != nullptr) {
        set_device(params, device, 0);
    }
    return mtmd_init_from_file(path, model, params);
}

static bool non_causal(bool (*f)(mtmd_context *), mtmd_context * c) { return f(c); }
[[maybe_unused]] static bool non_causal(bool (*f)(const mtmd_context *), mtmd_context * c) { return f(c); }
[[maybe_unused]] static bool non_causal(bool (*f)(const mtmd_context *, const mtmd_input_chunk *), mtmd_context * c) { return f(c, nullptr); }

bool vlmspec_non_causal(mtmd_context * ctx) { return non_causal(mtmd_decode_use_non_causal, ctx); }

template <class T> static auto set_length(T & t, int) -> decltype(void(t.text_len)) { t.text_len = strlen(t.text); }
template <class T> static void set_length(T &, long) {}

int32_t vlmspec_tokenize(mtmd_context * ctx, mtmd_input_chunks * out, const mtmd_bitmap * bitmap) {
    mtmd_input_text text = {};
    text.text = mtmd_default_marker();
    text.parse_special = true;
    set_length(text, 0);
    return mtmd_tokenize(ctx, out, &text, &bitmap, 1);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
template <class T> static auto columns(const T * image, int) -> decltype(mtmd_image_tokens_get_nx(image)) {
    return mtmd_image_tokens_get_nx(image);
}
#pragma GCC diagnostic pop
template <class T> static auto columns(const T * image, long) -> decltype(size_t(mtmd_image_tokens_get_decoder_pos(image, 0, 0).x)) {
    size_t most = 0;
    for (size_t i = 0, n = mtmd_image_tokens_get_n_tokens(image); i < n; i++) {
        size_t x = mtmd_image_tokens_get_decoder_pos(image, 0, i).x;
        most = x > most ? x : most;
    }
    return most + 1;
}

size_t vlmspec_columns(const mtmd_image_tokens * image) { return columns(image, 0); }

[[maybe_unused]] static llama_sampler * penalties(llama_sampler * (*f)(int32_t, float, float, float), const llama_vocab *, int last, float repeat) {
    return f(last, repeat, 0, 0);
}
[[maybe_unused]] static llama_sampler * penalties(llama_sampler * (*f)(int32_t, int32_t, float, float, float), const llama_vocab * vocab, int last, float repeat) {
    return f(llama_vocab_n_tokens(vocab), last, repeat, 0, 0);
}

llama_sampler * vlmspec_penalties(const llama_vocab * vocab, int last, float repeat) {
    return penalties(llama_sampler_init_penalties, vocab, last, repeat);
}

// One function adds an adapter, its successor replaces all.
template <class C> static auto adapt(C * ctx, llama_adapter_lora ** adapters, float * scales, size_t n, int)
    -> decltype(llama_set_adapters_lora(ctx, adapters, n, scales)) {
    return llama_set_adapters_lora(ctx, adapters, n, scales);
}
template <class C> static auto adapt(C * ctx, llama_adapter_lora ** adapters, float * scales, size_t n, long)
    -> decltype(llama_set_adapter_lora(ctx, *adapters, *scales)) {
    llama_clear_adapter_lora(ctx);
    for (size_t i = 0; i < n; i++) {
        if (int32_t status = llama_set_adapter_lora(ctx, adapters[i], scales[i])) {
            return status;
        }
    }
    return 0;
}

int32_t vlmspec_adapt(llama_context * ctx, llama_adapter_lora ** adapters, float * scales, size_t n) {
    return adapt(ctx, adapters, scales, n, 0);
}
