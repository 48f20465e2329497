package main

import (
	"math"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// fixedTiles is the projector of SmolVLM, whose tiles are all of one moderate size.
const fixedTiles = "idefics3"

// resizing is how a vision encoder resizes images, as far as it does so without
// padding or cropping them: only then is one size true of the whole image.
type resizing struct {
	grid    int // pixels along a side of an embedding, for models whose embeddings lie in a grid (M-RoPE); else 0
	tile    int // side of the tiles that the resized image is cut into; 0 for models that do not
	longest int // side that the longer one is brought to before it is cut into tiles; 0 shows an overview alone
}

func resizingOf(mmproj *gguf.File, grid bool) resizing {
	patch, _ := mmproj.Uint("clip.vision.patch_size")
	tile, _ := mmproj.Uint("clip.vision.image_size")
	longest, _ := mmproj.Uint("clip.vision.preproc_image_size")
	switch {
	case grid:
		return resizing{grid: 2 * int(patch)} // Qwen-VL and GLM-4V merge 2x2 patches
	case mmproj.String("clip.projector_type") == fixedTiles:
		return resizing{tile: int(tile), longest: int(longest)}
	}
	return resizing{}
}

// size is that of an image of width by height pixels when the model is shown it;
// 0 by 0 where that is not known.
func (r resizing) size(width, height int, parts []embedcache.Part) sdk.ImageShown {
	var tiles []embedcache.Part
	for _, p := range parts {
		if p.IsTile() {
			tiles = append(tiles, p)
		}
	}
	switch {
	case r.grid > 0 && len(tiles) == 1 && tiles[0].Columns > 0:
		t := tiles[0]
		return sdk.ImageShown{Width: t.Columns * r.grid, Height: t.Count / t.Columns * r.grid}
	case r.tile > 0 && len(tiles) == 1: // the overview, stretched
		return sdk.ImageShown{Width: r.tile, Height: r.tile}
	case r.tile > 0 && r.longest > 0:
		return r.cut(width, height, len(tiles)-1) // the overview comes with them
	}
	return sdk.ImageShown{}
}

// cut is the size of an image right before it is cut into so many tiles: scaled
// until its longer side is longest, then stretched to whole tiles.
func (r resizing) cut(width, height, tiles int) sdk.ImageShown {
	scale := min(float32(r.longest)/float32(width), float32(r.longest)/float32(height))
	whole := func(side int) int { return int(math.Ceil(float64(float32(side) * scale / float32(r.tile)))) }
	columns, rows := whole(width), whole(height)
	if columns*rows != tiles { // llama.cpp does it another way now
		return sdk.ImageShown{}
	}
	return sdk.ImageShown{Width: columns * r.tile, Height: rows * r.tile}
}
