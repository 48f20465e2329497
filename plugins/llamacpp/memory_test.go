package main

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
)

func TestCheckFits(t *testing.T) {
	model, err := gguf.Open("../../fixtures/models/shapes.gguf")
	if err != nil {
		t.Fatal(err)
	}
	mmproj, err := gguf.Open("../../fixtures/models/shapes-mmproj.gguf")
	if err != nil {
		t.Fatal(err)
	}
	const mib = 1 << 20
	c := config{context: auto, cacheType: "f16"}
	deep := config{context: 200_000_000, cacheType: "f16"}
	for name, row := range map[string]struct {
		config config
		layers uint64
		place  place
		want   string // "" fits
	}{
		"room":                 {c, 100, gpuMemory(300 * mib), ""},
		"unknown":              {c, 100, gpuMemory(0), ""},
		"no room":              {c, 100, gpuMemory(100 * mib), "shapes.gguf needs about 0.3 GiB of GPU memory (weights 0.0, KV cache 0.0) but 0.1 GiB are free: set gpu_layers"},
		"no main memory":       {c, 100, mainMemory(100 * mib), "of main memory"},
		"a huge context":       {deep, 100, gpuMemory(300 * mib), "KV cache 381.5"},
		"half of its layers":   {deep, 2, gpuMemory(300 << 30), ""},
		"a cache of few bits":  {config{context: 200_000_000, cacheType: "q4_0"}, 100, gpuMemory(110 << 30), ""},
		"a cache of many bits": {config{context: 200_000_000, cacheType: "f32"}, 100, gpuMemory(300 << 30), "KV cache 762.9"},
	} {
		t.Run(name, func(t *testing.T) {
			err := checkFits(model, mmproj, row.config, row.layers, row.place)
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
}
