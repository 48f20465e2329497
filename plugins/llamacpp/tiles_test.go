package main

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

func projector(kind string, longest uint32) *gguf.File {
	f := &gguf.File{Path: "mmproj.gguf", Keys: map[string]any{"clip.projector_type": kind, "clip.vision.image_size": uint32(512)}}
	if longest > 0 {
		f.Keys[longestKey] = longest
	}
	return f
}

func TestTiling(t *testing.T) {
	for name, test := range map[string]struct {
		kind, choice string
		longest      uint32
		want         tiling
		err          string
	}{
		"the file says":              {"idefics3", "auto", 2048, tiling{512, false, true}, ""},
		"the file does not say":      {"idefics3", "auto", 0, tiling{512, true, false}, ""},
		"switched off":               {"idefics3", "off", 2048, tiling{512, true, true}, ""},
		"off where the file is mute": {"idefics3", "off", 0, tiling{512, true, true}, ""},
		"on where the file is mute":  {"idefics3", "on", 0, tiling{512, false, true}, ""},
		"another projector":          {"qwen2vl_merger", "auto", 0, tiling{512, false, true}, ""},
		"a choice it does not have":  {"qwen2vl_merger", "off", 0, tiling{}, "image_tiles is off, which only SmolVLM's projector (idefics3) can follow, and mmproj.gguf has qwen2vl_merger"},
	} {
		got, err := tilingOf(projector(test.kind, test.longest), test.choice)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, test.want)
		}
	}
}

func TestOverview(t *testing.T) {
	const text, tile = false, true
	for name, test := range map[string]struct {
		chunks []bool
		want   int
	}{
		"the overview alone":  {[]bool{text, tile, text}, 0},
		"one tile":            {[]bool{text, tile, text, tile, text}, 2},
		"four tiles":          {[]bool{text, tile, text, tile, text, tile, text, tile, text, tile, text}, 8},
		"the overview first":  {[]bool{text, tile, text, tile, text, tile}, -1},
		"nothing behind":      {[]bool{text, tile}, -1},
		"tiles side by side":  {[]bool{text, tile, tile, text}, -1},
		"no chunk whatsoever": {nil, -1},
	} {
		if got := overview(test.chunks); got != test.want {
			t.Errorf("%s: from %d, want %d", name, got, test.want)
		}
	}
}

// An image becomes the overview that a model is shown: resized without regard to
// its shape, and smoothly.
func TestShrink(t *testing.T) {
	p := &imaging.RGB{Width: 64, Height: 16, Pix: make([]byte, 3*64*16)}
	for y := range 16 {
		for x := range 64 { // red on the left, and stripes of one pixel on the right
			switch at := 3 * (64*y + x); {
			case x < 32:
				p.Pix[at] = 200
			case x%2 == 0:
				p.Pix[at+1], p.Pix[at+2] = 240, 240
			}
		}
	}
	width, height, pix := tiling{side: 8, whole: true}.shrink(p)
	if width != 8 || height != 8 || len(pix) != 3*8*8 {
		t.Fatalf("%dx%d, %d bytes", width, height, len(pix))
	}
	if left := [3]byte(pix[3*8:]); left != [3]byte{200, 0, 0} {
		t.Errorf("left: %v", left)
	}
	if right := pix[3*(8+6)+1]; right < 110 || right > 130 {
		t.Errorf("stripes of 0 and 240 became %d", right)
	}
	for name, of := range map[string]tiling{"tiles": {side: 8}, "the same size": {side: 64, whole: true}} {
		same := &imaging.RGB{Width: 64, Height: 64, Pix: make([]byte, 3*64*64)}
		if _, _, pix := of.shrink(same); &pix[0] != &same.Pix[0] {
			t.Errorf("%s: the image was copied", name)
		}
	}
}

// The numbers are those of SmolVLM-256M, measured with llama.cpp of October 2026.
func TestTilingWarning(t *testing.T) {
	text := tiling{side: 512, whole: true}.warning("mmproj.gguf", 64)
	for _, want := range []string{"mmproj.gguf does not say", longestKey, "64 tokens", "320 tokens for 1024x768", "`image_tiles: off`"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}
