package main

import (
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

func TestSizeShown(t *testing.T) {
	text := embedcache.Part{Tokens: []int32{1}, Count: 1}
	tiles := func(n int) []embedcache.Part {
		parts := []embedcache.Part{text}
		for range n {
			parts = append(parts, embedcache.Part{Count: 64}, text)
		}
		return parts
	}
	qwen := resizing{grid: 28}
	smol := resizing{tile: 512, longest: 2048}
	for name, test := range map[string]struct {
		r             resizing
		width, height int
		parts         []embedcache.Part
		want          sdk.ImageShown
	}{
		"Qwen2.5-VL":                  {qwen, 4000, 3000, []embedcache.Part{text, {Count: 41 * 30, Columns: 41}, text}, sdk.ImageShown{Width: 1148, Height: 840}},
		"a grid in no columns":        {qwen, 640, 480, tiles(1), sdk.ImageShown{}},
		"SmolVLM, 4:3":                {smol, 640, 480, tiles(13), sdk.ImageShown{Width: 2048, Height: 1536}},
		"SmolVLM, upright":            {smol, 300, 1200, tiles(5), sdk.ImageShown{Width: 512, Height: 2048}},
		"SmolVLM, not whole tiles":    {smol, 1000, 900, tiles(17), sdk.ImageShown{Width: 2048, Height: 2048}},
		"SmolVLM, other tiles":        {smol, 640, 480, tiles(10), sdk.ImageShown{}},
		"SmolVLM, the overview alone": {resizing{tile: 64}, 640, 480, tiles(1), sdk.ImageShown{Width: 64, Height: 64}},
		"a model that pads":           {resizing{}, 640, 480, tiles(1), sdk.ImageShown{}},
	} {
		if got := test.r.size(test.width, test.height, test.parts); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}
