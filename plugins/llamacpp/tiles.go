package main

import (
	"fmt"
	"image"

	"golang.org/x/image/draw"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// longestKey is where a file of SmolVLM's kind says to which size an image is
// brought before it is cut into tiles. Without it engines differ: llama.cpp of
// 2025 shows an image whole, that of 2026 cuts it by its own size.
const longestKey = "clip.vision.preproc_image_size"

// tiling is what becomes of an image that could be cut into tiles.
type tiling struct {
	side  int  // of a tile in pixels
	whole bool // only the overview is shown: the image as a whole, resized to a tile
	said  bool // whether the file or the config says so; else other engines may do it differently
}

// tilingOf decides by the config, and where that leaves it open by the file.
func tilingOf(mmproj *gguf.File, choice string) (tiling, error) {
	side, _ := mmproj.Uint("clip.vision.image_size")
	t := tiling{side: int(side), said: true}
	if p := mmproj.String("clip.projector_type"); p != fixedTiles {
		if choice != "auto" {
			return t, fmt.Errorf("image_tiles is %s, which only SmolVLM's projector (%s) can follow, and %s has %s: leave it out", choice, fixedTiles, mmproj.Path, p)
		}
		return t, nil
	}
	longest, _ := mmproj.Uint(longestKey)
	t.whole = choice == "off" || choice == "auto" && longest == 0
	t.said = choice != "auto" || longest > 0
	return t, nil
}

// shrink resizes an image that is shown whole to the overview, so that it is the
// same for every engine, and large images are not cut into thousands of tiles first.
func (t tiling) shrink(p *imaging.RGB) (width, height int, pix []byte) {
	if !t.whole || p.Width == t.side && p.Height == t.side {
		return p.Width, p.Height, p.Pix
	}
	from := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i := range p.Width * p.Height {
		copy(from.Pix[4*i:], p.Pix[3*i:3*i+3])
		from.Pix[4*i+3] = 255
	}
	to := image.NewRGBA(image.Rect(0, 0, t.side, t.side))
	draw.CatmullRom.Scale(to, to.Rect, from, from.Rect, draw.Src, nil)
	pix = make([]byte, 3*t.side*t.side)
	for i := range t.side * t.side {
		copy(pix[3*i:3*i+3], to.Pix[4*i:])
	}
	return t.side, t.side, pix
}

// overview is where the chunks of an image begin that show it whole: the text
// before, the image, the text after. tiles says which chunks are tiles; -1 is no
// layout that is known.
func overview(tiles []bool) int {
	n := len(tiles)
	if n < 3 || tiles[n-1] || !tiles[n-2] || tiles[n-3] {
		return -1
	}
	return n - 3
}

// cutTokens is how many tokens an image becomes where an engine cuts it by its own
// size into tiles and adds the overview.
func (t tiling) cutTokens(width, height, perTile int) int {
	columns, rows := (width+t.side-1)/t.side, (height+t.side-1)/t.side
	return (columns*rows + 1) * perTile
}

// warning says what an unsaid tiling means.
func (t tiling) warning(mmproj string, perTile int) string {
	const width, height = 1024, 768
	return fmt.Sprintf("%s does not say whether images are cut into tiles (%s), and engines differ: here each is shown whole, %d tokens; llama.cpp since 2026, and servers that use it, cut it by its size, %d tokens for %dx%d. `image_tiles: off` in the config keeps this and ends the warning; a file with that key is treated alike everywhere",
		mmproj, longestKey, perTile, t.cutTokens(width, height, perTile), width, height)
}
