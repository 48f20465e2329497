//go:build llamacpp

package main

import (
	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// Whether fused attention is faster on a processor depends on llama.cpp: that of
// 2025 is slower with it, that of 2026 faster. So it is measured, on one layer.

// worthwhileFusing is what fusing must make of the time to be chosen: a little less
// than all, so that the choice does not change with what else the machine does.
const worthwhileFusing = 0.93

// fuses reports whether fused attention is faster. In deterministic mode nothing
// may depend on a measurement: then it is not fused.
func (e *engine) fuses(a llama.Attention) bool {
	if e.config.deterministic {
		return false
	}
	plain, ok := a.Time(false, e.threads)
	fused, also := a.Time(true, e.threads)
	return ok && also && float64(fused) < worthwhileFusing*float64(plain)
}

// trialHeads are enough to tell which way is faster: heads are alike, but what few
// queries take says nothing of many.
const trialHeads = 3

// visionAttention is the shape of a layer of a vision encoder over one tile.
func visionAttention(mmproj *gguf.File) llama.Attention {
	number := func(key string) int {
		n, _ := mmproj.Uint("clip.vision." + key)
		return int(n)
	}
	heads, side := max(number("attention.head_count"), 1), number("image_size")/max(number("patch_size"), 1)
	return llama.Attention{
		Width: number("embedding_length") / heads, Heads: min(heads, trialHeads), KVHeads: min(heads, trialHeads), Queries: side * side, Keys: side * side,
	}
}

// decoderAttention is the shape of a layer of the language model, with as many
// requests at once as answer, half way through its context.
func (e *engine) decoderAttention() llama.Attention {
	heads, kv, width := e.model.Heads()
	return llama.Attention{Width: width, Heads: heads, KVHeads: kv, Queries: e.sequences, Keys: min(e.limit, 1024), Cache: true}
}
