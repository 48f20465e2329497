//go:build llamacpp

package main

import (
	"fmt"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// affordable is how many tokens of attention cache take a quarter of the memory
// that is free.
func (e *engine) affordable() int {
	per := e.model.CacheBytes(e.config.cacheType)
	free := e.free()
	if per == 0 || free == 0 {
		return maxCells
	}
	return int(free/4) / per
}

// free is the memory left where the model is, in bytes; 0 when it is not known.
func (e *engine) free() uint64 {
	devices, err := llama.Devices()
	if err != nil {
		return 0
	}
	var free uint64
	for _, d := range devices {
		if d.GPU == (e.layers > 0) {
			free += d.Free
		}
	}
	return free
}

// Room that computing takes beside weights and attention cache, by experience.
const computeBytes = 256 << 20

// checkMemory refuses a model that cannot fit, which llama.cpp would find out
// only after reading gigabytes, and on a CPU not at all: the machine would swap.
func (e *engine) checkMemory(model, mmproj *gguf.File, gpus []llama.Device) error {
	need := uint64(model.Size)
	if mmproj != nil {
		need += uint64(mmproj.Size)
	}
	devices := gpus
	place := "GPU"
	hint := "set gpu_layers to a number that fits, name more `gpus`, or use a smaller quantisation"
	if e.layers == 0 {
		all, err := llama.Devices()
		if err != nil {
			return err
		}
		devices, place, hint = nil, "main", "close other programs, or use a smaller quantisation"
		for _, d := range all {
			if !d.GPU {
				devices = append(devices, d)
			}
		}
	}
	var free uint64
	for _, d := range devices {
		free += d.Free
	}
	layers, _ := model.Uint(model.Architecture() + ".block_count")
	if n := uint64(e.layers); n > 0 && n < layers+1 {
		need = need / (layers + 1) * n
	}
	need += computeBytes
	if free == 0 || need <= free {
		return nil
	}
	return fmt.Errorf("%s needs about %.1f GiB of %s memory but %.1f GiB are free: %s",
		model.Name(), float64(need)/(1<<30), place, float64(free)/(1<<30), hint)
}
