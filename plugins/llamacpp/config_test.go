package main

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func TestConfig(t *testing.T) {
	c, err := parseConfig(map[string]any{"model": "/m.gguf", "mmproj": "/p.gguf", "threads": "auto", "gpu_layers": 3.0, "context": 256, "image_cache_mb": 1.0})
	if err != nil {
		t.Fatal(err)
	}
	want := config{
		model: "/m.gguf", mmproj: "/p.gguf", context: 256, maxTokens: 512, cacheBytes: 1 << 20, gpuLayers: 3, threads: auto,
		diskBytes: 1 << 30, parallel: auto, imageTiles: "auto", cacheType: "f16", flashAttention: "auto",
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, want %+v", c, want)
	}
	for name, c := range map[string]struct {
		config map[string]any
		want   string
	}{
		"no model":        {map[string]any{}, "`model` is missing"},
		"a model's hub":   {map[string]any{"model": "/project/hf:org/name"}, "takes the path of a GGUF file"},
		"an address":      {map[string]any{"model": "https://example.org/m.gguf"}, "takes the path of a GGUF file"},
		"a wrong type":    {map[string]any{"model": 3.0}, "expected a file name"},
		"half a thread":   {map[string]any{"model": "m", "threads": 0.5}, "expected a whole number from 1"},
		"no thread":       {map[string]any{"model": "m", "threads": 0}, "expected a whole number from 1"},
		"auto as context": {map[string]any{"model": "m", "context": "auto"}, "expected a whole number from 16"},
		"a wrong flag":    {map[string]any{"model": "m", "deterministic": "yes"}, "expected true or false"},
		"a wrong word":    {map[string]any{"model": "m", "cache_type": "q3"}, "expected f16, f32, q8_0, q4_0"},
		"too many":        {map[string]any{"model": "m", "parallel": 65.0}, "expected at most 64"},
		"no GPU":          {map[string]any{"model": "m", "gpus": []any{}}, "expected a list of numbers"},
		"a GPU twice":     {map[string]any{"model": "m", "gpus": []any{1.0, 1.0}}, "expected different numbers"},
		"no adapter":      {map[string]any{"model": "m", "lora": []any{map[string]any{"scale": 1.0}}}, "`path` is missing in an entry of `lora`"},
		"a wrong scale":   {map[string]any{"model": "m", "lora": []any{map[string]any{"path": "l", "scale": "1"}}}, "`scale` is 1; expected a number"},
		"an unknown key":  {map[string]any{"model": "m", "modle": "m"}, `unknown key "modle"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseConfig(c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) || sdk.KindOf(err) != sdk.InvalidConfig {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestParams(t *testing.T) {
	if err := checkParams(sdk.Params{MaxTokens: 1, Temperature: 0.7, TopP: 0.9, TopK: 40, MinP: 0.05, RepeatPenalty: 1.1}); err != nil {
		t.Error(err)
	}
	for name, p := range map[string]sdk.Params{
		"max_tokens": {MaxTokens: -1}, "temperature": {Temperature: math.NaN()}, "top_p": {TopP: 1.1}, "min_p": {MinP: 1},
		"top_k": {TopK: -1}, "repeat_penalty": {RepeatPenalty: -1}, "mirostat": {Extra: map[string]any{"mirostat": 2}},
	} {
		if err := checkParams(p); err == nil || !strings.Contains(err.Error(), name) || sdk.KindOf(err) != sdk.InvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestRead(t *testing.T) {
	ask, err := read(t.Context(), sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{
		{Image: &sdk.Image{Path: "../../fixtures/shapes/red-circle.png"}}, {Text: "What?"},
	}}}}, "salt")
	if err != nil || len(ask.images) != 1 || ask.images[0].Width != 64 {
		t.Fatalf("got %+v, %v", ask.images, err)
	}
	ask.release()
	for name, req := range map[string]sdk.Request{
		"no messages":   {},
		"missing image": {Messages: []sdk.Message{{Parts: []sdk.Part{{Image: &sdk.Image{Path: "missing.png"}}}}}},
		"broken image":  {Messages: []sdk.Message{{Parts: []sdk.Part{{Image: &sdk.Image{Bytes: []byte("text")}}}}}},
		"bad params":    {Params: sdk.Params{TopK: -1}, Messages: []sdk.Message{{}}},
	} {
		if _, err := read(t.Context(), req, "salt"); sdk.KindOf(err) != sdk.InvalidRequest {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
