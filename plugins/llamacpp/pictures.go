//go:build llamacpp

package main

import (
	"container/list"
	"crypto/sha256"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/llama"
)

// encoded is an image ready to be shown: embeddings by chunk, nil for text and
// for what was not encoded yet.
type encoded struct {
	*llama.Picture
	embeddings [][]float32
	key        [sha256.Size]byte
	bytes      int
}

func (e *encoded) tokens() (text, image int) {
	for _, c := range e.Chunks {
		if c.IsTile() {
			image += c.Count
		} else {
			text += c.Count
		}
	}
	return text, image
}

// pictures keeps the images used last, so that many prompts over one image
// encode it once. It is for one goroutine at a time.
type pictures struct {
	budget, used int // bytes
	byKey        map[[sha256.Size]byte]*list.Element
	recent       *list.List // of *encoded, the latest in front
}

func newPictures(budget int) *pictures {
	return &pictures{budget: budget, byKey: map[[sha256.Size]byte]*list.Element{}, recent: list.New()}
}

func (p *pictures) get(key [sha256.Size]byte) *encoded {
	e, ok := p.byKey[key]
	if !ok {
		return nil
	}
	p.recent.MoveToFront(e)
	return e.Value.(*encoded)
}

func (p *pictures) put(e *encoded) {
	p.byKey[e.key] = p.recent.PushFront(e)
	p.used += e.bytes
}

// trim drops what was not used for longest until the budget is kept. It is
// called between requests, when no image is in use.
func (p *pictures) trim() {
	for p.used > p.budget && p.recent.Len() > 0 {
		e := p.recent.Remove(p.recent.Back()).(*encoded)
		delete(p.byKey, e.key)
		p.used -= e.bytes
		e.Close()
	}
}

func (p *pictures) close() {
	p.budget = -1
	p.trim()
}
