//go:build llamacpp

package llama

// #include <stdlib.h>
// #include "compat.h"
import "C"

import (
	"cmp"
	"errors"
	"fmt"
	"unsafe"
)

// VisionOptions shape a Vision.
type VisionOptions struct {
	Threads int
	GPU     bool
	Device  string // name of the GPU to use; "" is the first
	// PlainAttention computes attention without fusing it, which takes memory in
	// the square of a tile's patches and on a processor three fifths of the time.
	PlainAttention bool
	MaxTokens      int // most tokens an image may become, where the model lets one choose; 0 is the model's own
}

// Vision is an image encoder that belongs to a language model.
type Vision struct {
	c     *C.mtmd_context
	model *Model
	width int // floats of an embedding
}

// NewVision reads an mmproj file for a model.
func NewVision(path string, m *Model, o VisionOptions) (*Vision, error) {
	var device *C.char
	if o.Device != "" {
		// Older versions of mtmd take a device from the environment only, and read it here.
		name := C.CString("MTMD_BACKEND_DEVICE")
		device = C.CString(o.Device)
		defer C.free(unsafe.Pointer(name))
		defer C.free(unsafe.Pointer(device))
		C.setenv(name, device, 1)
		defer C.unsetenv(name)
	}
	cpath := C.CString(path)
	defer C.free(unsafe.Pointer(cpath))
	forgetErrors()
	c := C.vlmspec_vision_init(cpath, m.c, C.int(o.Threads), C.bool(o.GPU), device, C.bool(o.PlainAttention), C.int(o.MaxTokens))
	if c == nil {
		return nil, errors.New(cause())
	}
	v := &Vision{c: c, model: m, width: int(C.llama_model_n_embd_inp(m.c))}
	if !C.mtmd_support_vision(c) {
		v.Close()
		return nil, errors.New("it encodes no images")
	}
	if o.PlainAttention && !plainAttention(c, cpath, C.int(cmp.Or(o.MaxTokens, -1))) {
		v.Close()
		return nil, errors.New(cause())
	}
	return v, nil
}

// Close frees the encoder. Pictures it prepared are freed on their own.
func (v *Vision) Close() {
	if !cannotFree() {
		C.mtmd_free(v.c)
	}
}

// NonCausal reports whether the tokens of an image see each other both ways,
// and so must fit one batch.
func (v *Vision) NonCausal() bool { return bool(C.vlmspec_non_causal(v.c)) }

// Picture is an image, resized, cut into tiles and surrounded by the tokens the
// model expects around it.
type Picture struct {
	Chunks []Chunk
	c      *C.mtmd_input_chunks
}

// Chunk is a run of tokens or a tile to encode.
type Chunk struct {
	Tokens    []Token // nil for a tile
	Count     int     // of tokens, or embeddings of the tile
	Positions int     // how far it moves the position; less than Count for some models
	Columns   int     // of the tile's embeddings, which go row by row

	tile *C.mtmd_input_chunk
}

// IsTile reports whether the chunk is to be encoded.
func (c Chunk) IsTile() bool { return c.tile != nil }

// Prepare makes a Picture from RGB: 3 bytes a pixel, rows top down, both sides
// at least 2 pixels.
func (v *Vision) Prepare(width, height int, rgb []byte) (*Picture, error) {
	if width < 2 || height < 2 || len(rgb) != 3*width*height {
		return nil, fmt.Errorf("%d bytes are no picture of %dx%d", len(rgb), width, height)
	}
	bitmap := C.mtmd_bitmap_init(C.uint32_t(width), C.uint32_t(height), (*C.uchar)(&rgb[0]))
	defer C.mtmd_bitmap_free(bitmap)
	p := &Picture{c: C.mtmd_input_chunks_init()}
	forgetErrors()
	if status := C.vlmspec_tokenize(v.c, p.c, bitmap); status != 0 {
		p.Close()
		return nil, fmt.Errorf("llama.cpp could not prepare the image (%d): %s", int(status), cause())
	}
	for i := range C.mtmd_input_chunks_size(p.c) {
		p.Chunks = append(p.Chunks, newChunk(C.mtmd_input_chunks_get(p.c, i)))
	}
	return p, nil
}

func newChunk(c *C.mtmd_input_chunk) Chunk {
	chunk := Chunk{Count: int(C.mtmd_input_chunk_get_n_tokens(c)), Positions: int(C.mtmd_input_chunk_get_n_pos(c))}
	if C.mtmd_input_chunk_get_type(c) != C.MTMD_INPUT_CHUNK_TYPE_TEXT {
		chunk.tile = c
		if image := C.mtmd_input_chunk_get_tokens_image(c); image != nil {
			chunk.Columns = int(C.vlmspec_columns(image))
		}
		return chunk
	}
	var n C.size_t
	tokens := C.mtmd_input_chunk_get_tokens_text(c, &n)
	chunk.Tokens = append([]Token{}, unsafe.Slice((*Token)(tokens), n)...)
	return chunk
}

// Close frees the picture.
func (p *Picture) Close() { C.mtmd_input_chunks_free(p.c) }

// Encode runs a tile through the encoder. The result has Count embeddings and
// belongs to the caller.
func (v *Vision) Encode(tile Chunk) ([]float32, error) {
	forgetErrors()
	if status := C.mtmd_encode_chunk(v.c, tile.tile); status != 0 {
		return nil, fmt.Errorf("llama.cpp could not encode the image (%d): %s", int(status), cause())
	}
	all := unsafe.Slice((*float32)(C.mtmd_get_output_embd(v.c)), tile.Count*v.width)
	return append([]float32{}, all...), nil
}

// Grid reports whether the embeddings of a tile have places in two dimensions
// (M-RoPE) rather than following each other.
func (v *Vision) Grid() bool { return bool(C.mtmd_decode_use_mrope(v.c)) }
