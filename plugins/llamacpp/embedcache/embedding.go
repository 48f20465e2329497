// Package embedcache holds images as a language model reads them, and keeps them:
// in memory for the prompts to come, on disk for the runs to come. Start reading
// at [Cache].
package embedcache

import "crypto/sha256"

// Key tells embeddings apart: by pixels, encoder and whatever else determines the
// embeddings.
type Key [sha256.Size]byte

// Embedding is an image ready to be shown to a language model. It never changes.
type Embedding struct {
	Key   Key
	Parts []Part
}

// Part is a stretch of a embedding: tokens of text around its tiles, or a tile.
type Part struct {
	Tokens     []int32   // of text; nil for a tile
	Embeddings []float32 // of a tile: Count vectors, one after another
	Count      int       // of tokens, or of a tile's embeddings
	Positions  int       // how far the part moves the position; less than Count for some models
	Columns    int       // of a tile's embeddings, which go row by row
}

// IsTile reports whether the part is embeddings.
func (p Part) IsTile() bool { return p.Tokens == nil }

// bytes is the memory that a embedding takes.
func (p *Embedding) bytes() int {
	const overhead = 256
	n := overhead
	for _, part := range p.Parts {
		n += overhead + 4*len(part.Tokens) + 4*len(part.Embeddings)
	}
	return n
}
