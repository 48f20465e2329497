//go:build llamacpp

#include "ggml.h"
#include "ggml-alloc.h"
#include "ggml-backend.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

// What attention over so many keys takes on the processor, in seconds, computed in
// one operation or in the three that it is made of; the least of several times.
// half is the type of keys and values of a cache; an image encoder has floats, and
// converts them for the one operation. Negative where it cannot be measured.
extern "C" double vlmspec_attention_seconds(bool fused, bool half, int width, int heads, int kv_heads, int queries, int keys, int threads) {
    ggml_backend_t backend = ggml_backend_init_by_type(GGML_BACKEND_DEVICE_TYPE_CPU, nullptr);
    if (backend == nullptr) {
        return -1;
    }
    ggml_backend_reg_t reg = ggml_backend_dev_backend_reg(ggml_backend_get_device(backend));
    auto set_threads = reinterpret_cast<ggml_backend_set_n_threads_t>(ggml_backend_reg_get_proc_address(reg, "ggml_backend_set_n_threads"));
    if (set_threads != nullptr) {
        set_threads(backend, threads);
    }
    ggml_init_params params = { ggml_tensor_overhead() * 32 + ggml_graph_overhead(), nullptr, true };
    ggml_context * ctx = ggml_init(params);
    ggml_type type = half ? GGML_TYPE_F16 : GGML_TYPE_F32;
    ggml_tensor * q = ggml_new_tensor_3d(ctx, GGML_TYPE_F32, width, queries, heads);
    ggml_tensor * k = ggml_new_tensor_3d(ctx, type, width, keys, kv_heads);
    ggml_tensor * v = ggml_new_tensor_3d(ctx, type, fused ? width : keys, fused ? keys : width, kv_heads);
    float scale = 1.0f / std::sqrt(static_cast<float>(width));
    ggml_tensor * out;
    if (fused) {
        ggml_tensor * k16 = half ? k : ggml_cast(ctx, k, GGML_TYPE_F16);
        ggml_tensor * v16 = half ? v : ggml_cast(ctx, v, GGML_TYPE_F16);
        out = ggml_flash_attn_ext(ctx, q, k16, v16, nullptr, scale, 0.0f, 0.0f);
    } else {
        ggml_tensor * weights = ggml_soft_max_ext(ctx, ggml_mul_mat(ctx, k, q), nullptr, scale, 0.0f);
        out = ggml_cont(ctx, ggml_permute(ctx, ggml_mul_mat(ctx, v, weights), 0, 2, 1, 3));
    }
    ggml_cgraph * graph = ggml_new_graph(ctx);
    ggml_build_forward_expand(graph, out);
    double least = -1;
    ggml_backend_buffer_t buffer = ggml_backend_alloc_ctx_tensors(ctx, backend);
    if (buffer != nullptr) {
        ggml_backend_buffer_clear(buffer, 0);
        using clock = std::chrono::steady_clock;
        double all = 0;
        for (int i = 0; i < 6 && all < 0.05; i++) {
            auto start = clock::now();
            if (ggml_backend_graph_compute(backend, graph) != GGML_STATUS_SUCCESS) {
                least = -1;
                break;
            }
            double took = std::chrono::duration<double>(clock::now() - start).count();
            all += took;
            least = least < 0 ? took : std::min(least, took);
        }
        ggml_backend_buffer_free(buffer);
    }
    ggml_free(ctx);
    ggml_backend_free(backend);
    return least;
}
