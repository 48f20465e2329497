//go:build llamacpp

package main

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/gguf"
	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

func (e *engine) openVision(mmproj *gguf.File) error {
	var err error
	if e.tiling, err = tilingOf(mmproj, e.config.imageTiles); err != nil {
		return err
	}
	device := ""
	if e.layers > 0 && e.config.gpus != nil {
		device = e.gpus[0].Name
	}
	e.plainVision = e.layers == 0 && mmproj.String("clip.projector_type") == fixedTiles && !e.fuses(visionAttention(mmproj))
	v, err := llama.NewVision(mmproj.Path, e.model, llama.VisionOptions{
		Threads: e.threads, GPU: e.layers > 0, Device: device, MaxTokens: e.config.maxImageTokens,
		PlainAttention: e.plainVision,
	})
	if err != nil {
		return fmt.Errorf("%s does not work with %s: %w", mmproj.Path, e.config.model, err)
	}
	e.vision = v
	e.resizing = resizingOf(mmproj, v.Grid())
	return nil
}

func (e *engine) warmUpVision() error {
	side := max(e.tiling.side, 2)
	p, chunks, err := e.layOut(&imaging.RGB{Width: side, Height: side, Pix: make([]byte, 3*side*side)})
	if err != nil {
		return err
	}
	defer p.Close()
	tiles, tokens := 0, 0
	last := llama.Chunk{}
	for _, chunk := range chunks {
		if chunk.IsTile() {
			tiles, tokens, last = tiles+1, tokens+chunk.Count, chunk
		}
	}
	e.perImage = fmt.Sprintf("%d for %dx%d pixels", tokens, side, side)
	if !last.IsTile() {
		return nil
	}
	if e.config.imageTiles == "on" && tiles == 1 {
		return fmt.Errorf("image_tiles is on, but %s has no %s and this llama.cpp (%s) cuts no images then: leave image_tiles out, or link a newer llama.cpp", e.config.mmproj, longestKey, llama.LoadedEngine().Version)
	}
	if !e.tiling.said {
		slog.Warn(e.tiling.warning(e.config.mmproj, last.Count))
	}
	if e.vision.NonCausal() && last.Count > e.context.BatchSize() {
		return fmt.Errorf("an image of %s is %d tokens, which must fit one batch of %d: raise context", e.name, last.Count, e.context.BatchSize())
	}
	_, err = e.vision.Encode(last) // one tile stands for all
	return err
}

// layOut prepares an image; the chunks are those that the model is shown. The
// picture holds them until it is closed.
func (e *engine) layOut(image *imaging.RGB) (*llama.Picture, []llama.Chunk, error) {
	width, height, pix := e.tiling.shrink(image)
	p, err := e.vision.Prepare(width, height, pix)
	if err != nil {
		return nil, nil, err
	}
	if !e.tiling.whole {
		return p, p.Chunks, nil
	}
	var tiles []bool
	for _, chunk := range p.Chunks {
		tiles = append(tiles, chunk.IsTile())
	}
	from := overview(tiles)
	if from < 0 {
		p.Close()
		return nil, nil, errors.New("this llama.cpp lays out images in a way that is not known: leave out image_tiles, or take the llama.cpp that comes with vlmspec")
	}
	return p, p.Chunks[from:], nil
}
