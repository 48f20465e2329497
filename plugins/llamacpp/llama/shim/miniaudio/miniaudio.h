// Stands in for miniaudio.h, which a Go module zip leaves out. mtmd-helper.cpp
// compiles against it but vlmspec shows models no sound, so this decoder refuses
// everything.
#pragma once
#include <cstddef>

typedef int ma_result;
typedef unsigned long long ma_uint64;
enum { MA_SUCCESS = 0, MA_ERROR = -1 };
enum ma_format { ma_format_f32 };
struct ma_decoder {};
struct ma_decoder_config {};

static inline ma_decoder_config ma_decoder_config_init(ma_format, int, int) { return {}; }
static inline ma_result ma_decoder_init_memory(const void *, size_t, ma_decoder_config *, ma_decoder *) { return MA_ERROR; }
static inline ma_result ma_decoder_get_length_in_pcm_frames(ma_decoder *, ma_uint64 *) { return MA_ERROR; }
static inline ma_result ma_decoder_read_pcm_frames(ma_decoder *, void *, ma_uint64, ma_uint64 *) { return MA_ERROR; }
static inline void ma_decoder_uninit(ma_decoder *) {}
