//go:build llamacpp

package main

import (
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

func TestAttentionIsMeasured(t *testing.T) {
	f, err := gguf.Open(models + "/shapes-mmproj.gguf")
	if err != nil {
		t.Fatal(err)
	}
	vision := visionAttention(f)
	if want := (llama.Attention{Width: 32, Heads: 3, KVHeads: 3, Queries: 64, Keys: 64}); vision != want {
		t.Errorf("%+v, want %+v", vision, want)
	}
	e := loaded(t).engine
	decoder := e.decoderAttention()
	if want := (llama.Attention{Width: 32, Heads: 4, KVHeads: 4, Queries: e.sequences, Keys: 1024, Cache: true}); decoder != want {
		t.Errorf("%+v, want %+v", decoder, want)
	}
	tile := llama.Attention{Width: 64, Heads: trialHeads, KVHeads: trialHeads, Queries: 1024, Keys: 1024} // SmolVLM-256M
	for _, a := range []llama.Attention{vision, decoder, tile} {
		for _, fused := range []bool{false, true} {
			took, ok := a.Time(fused, 1)
			if !ok || took <= 0 {
				t.Errorf("%+v, fused %v: %v, %v", a, fused, took, ok)
			}
			t.Logf("%+v, fused %v: %v", a, fused, took)
		}
	}
	if _, ok := (llama.Attention{}).Time(true, 1); ok {
		t.Error("nothing was measured")
	}
	deterministic := &engine{config: config{deterministic: true}, threads: 1}
	if deterministic.fuses(tile) {
		t.Error("deterministic mode follows a measurement")
	}
}
