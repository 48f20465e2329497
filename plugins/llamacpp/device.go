//go:build llamacpp

package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk/machine"
)

// devices lists what computes. llama.cpp takes all main memory for free.
func devices() ([]llama.Device, error) {
	all, err := llama.Devices()
	for i := range all {
		if free := uint64(machine.FreeMemory()); !all[i].GPU && free > 0 {
			all[i].Free = min(free, all[i].Memory)
		}
	}
	return all, err
}

func gpusOf(devices []llama.Device) []llama.Device {
	return slices.DeleteFunc(slices.Clone(devices), func(d llama.Device) bool { return !d.GPU })
}

// chooseGPUs decides how many layers are computed on which GPUs.
func (e *engine) chooseGPUs(devices []llama.Device) error {
	all := gpusOf(devices)
	e.gpus = all
	if e.config.gpus != nil {
		e.gpus = nil
		for _, i := range e.config.gpus {
			if i >= len(all) {
				return fmt.Errorf("gpus names %d but there are %d GPUs, counted from 0: see `vlmspec doctor`", i, len(all))
			}
			e.gpus = append(e.gpus, all[i])
		}
	}
	e.layers = e.config.gpuLayers
	for _, l := range llama.Libraries() {
		if l.Err != nil && e.layers != 0 {
			slog.Warn(fmt.Sprintf("%s was not loaded (%v); `vlmspec doctor` lists what there is to compute on", l.Path, l.Err))
		}
	}
	if e.layers == auto {
		e.layers = 0
		if len(e.gpus) > 0 {
			e.layers = math.MaxInt16
		}
	}
	if e.layers > 0 && len(e.gpus) == 0 {
		return fmt.Errorf("gpu_layers is %d but there is no GPU backend: use `make cuda`, or set gpu_layers to 0 or auto", e.layers)
	}
	if e.layers == 0 {
		e.gpus = nil
	}
	e.device = deviceName(e.gpus)
	return nil
}

// indices are those of the GPUs to use, for llama.cpp; nil for all.
func (e *engine) indices() []int {
	if e.config.gpus == nil {
		return nil
	}
	var all []int
	for _, d := range e.gpus {
		all = append(all, d.Index)
	}
	return all
}

// freeOn is the memory free on GPUs, or without any in the machine, in bytes.
func freeOn(all, gpus []llama.Device) uint64 {
	free := uint64(0)
	for _, d := range gpus {
		free += d.Free
	}
	for _, d := range all {
		if len(gpus) == 0 && !d.GPU {
			free += d.Free
		}
	}
	return free
}

// affordable is how many tokens of KV cache take a quarter of the memory
// that is free.
func (e *engine) affordable() int {
	per := e.model.CacheBytes(e.config.cacheType)
	all, err := devices()
	free := freeOn(all, e.gpus)
	if per == 0 || free == 0 || err != nil {
		return maxCells
	}
	return int(free/4) / per
}

// deviceName is where a model computes: on GPUs, or without any on the processor.
func deviceName(gpus []llama.Device) string {
	var names []string
	for _, d := range gpus {
		names = append(names, d.Name+": "+d.Description)
	}
	return cmp.Or(strings.Join(names, ", "), "cpu")
}

func deviceList(devices []llama.Device) string {
	const gib = 1 << 30
	var lines []string
	for _, d := range devices {
		lines = append(lines, fmt.Sprintf("%s: %s (%s, %.1f of %.1f GiB free)",
			d.Name, strings.TrimSpace(d.Description), d.Backend, float64(d.Free)/gib, float64(d.Memory)/gib))
	}
	return strings.Join(lines, "; ")
}

// libraryList names compute backends in files of their own, and why one was not loaded.
func libraryList(all []llama.Library) string {
	var lines []string
	for _, l := range all {
		line := l.Path + ": loaded"
		if l.Err != nil {
			line = fmt.Sprintf("%s: not loaded: %v", l.Path, l.Err)
		}
		lines = append(lines, strings.ReplaceAll(line, ";", ","))
	}
	return strings.Join(lines, "; ")
}
