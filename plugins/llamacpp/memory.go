package main

import (
	"fmt"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
)

// place is where a model is to be loaded to.
type place struct {
	name string // "GPU", "main"
	free uint64 // bytes; 0 when unknown
	hint string
}

func gpuMemory(free uint64) place {
	return place{"GPU", free, "set gpu_layers to a number that fits, name more `gpus`, or take a smaller quantisation or context"}
}

func mainMemory(free uint64) place {
	return place{"main", free, "close other programs, or take a smaller quantisation or context"}
}

// computeBytes is room for what is computed beside weights and KV cache, by
// experience.
const computeBytes = 256 << 20

// checkFits refuses a model that cannot fit. llama.cpp would find out only after
// reading gigabytes, and in main memory not at all: the machine would swap.
// layers is how many of the model's go there.
func checkFits(model, mmproj *gguf.File, c config, layers uint64, p place) error {
	all, _ := model.Uint(model.Architecture() + ".block_count")
	all++ // the output
	layers = min(layers, all)
	weights := uint64(model.Size) / all * layers
	if mmproj != nil {
		weights += uint64(mmproj.Size)
	}
	cache := cacheBytes(model, c) / all * layers
	need := weights + cache + computeBytes
	if p.free == 0 || need <= p.free {
		return nil
	}
	const gib = 1 << 30
	return fmt.Errorf("%s needs about %.1f GiB of %s memory (weights %.1f, KV cache %.1f) but %.1f GiB are free: %s",
		model.Name(), float64(need)/gib, p.name, float64(weights)/gib, float64(cache)/gib, float64(p.free)/gib, p.hint)
}

// cacheBytes estimates the least KV cache: that of one whole conversation.
func cacheBytes(model *gguf.File, c config) uint64 {
	key := func(name string) uint64 {
		n, _ := model.Uint(model.Architecture() + "." + name)
		return n
	}
	tokens := uint64(defaultContext)
	if c.context != auto {
		tokens = uint64(c.context)
	} else if trained := key("context_length"); trained > 0 {
		tokens = min(tokens, trained)
	}
	heads, kv := key("attention.head_count"), key("attention.head_count_kv")
	if heads == 0 {
		return 0
	}
	if kv == 0 {
		kv = heads
	}
	perToken := 2 * key("block_count") * key("embedding_length") / heads * kv
	return tokens * uint64(float64(perToken)*bytesOf[c.cacheType])
}

// bytesOf is what a number of a KV cache takes.
var bytesOf = map[string]float64{"f16": 2, "f32": 4, "q8_0": 34.0 / 32, "q4_0": 18.0 / 32}
