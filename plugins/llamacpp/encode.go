//go:build llamacpp

package main

import (
	"context"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// encoder turns images into embeddings, one at a time: llama.cpp's encoder has one
// output buffer. It works beside the language model where there are cores for
// both.
type encoder struct {
	engine  *engine
	arrive  chan *encoding
	stopped chan struct{} // closed by close
	ended   chan struct{} // closed when the goroutine is gone
}

// encoding is an image to encode, or its outcome.
type encoding struct {
	ctx       context.Context
	image     shown
	embedding *embedcache.Embedding
	err       error
	prepared  time.Duration
	encoded   time.Duration
	done      chan struct{}
}

func newEncoder(e *engine) *encoder {
	c := &encoder{engine: e, arrive: make(chan *encoding), stopped: make(chan struct{}), ended: make(chan struct{})}
	go c.run()
	return c
}

func (c *encoder) close() {
	close(c.stopped)
	<-c.ended
}

func (c *encoder) run() {
	defer close(c.ended)
	for {
		select {
		case job := <-c.arrive:
			c.encode(job)
		case <-c.stopped:
			return
		}
	}
}

func (c *encoder) encode(job *encoding) {
	if err := job.ctx.Err(); err != nil {
		job.err = err
		close(job.done)
		return
	}
	// Another request may have shown the same image meanwhile.
	if job.embedding = c.engine.embeddings.Get(job.image.key); job.embedding != nil {
		close(job.done)
		return
	}
	job.embedding, job.err = c.engine.encode(job)
	if job.err == nil {
		c.engine.embeddings.Put(job.embedding)
	}
	close(job.done)
	if job.err == nil {
		c.engine.embeddings.Store(job.embedding)
	}
}

// encode prepares an image and runs its tiles through the vision encoder.
func (e *engine) encode(job *encoding) (*embedcache.Embedding, error) {
	e.compute.Lock()
	defer e.compute.Unlock()
	sdk.Begun(job.ctx)
	start := time.Now()
	prepared, chunks, err := e.layOut(job.image.RGB)
	if err != nil {
		return nil, err
	}
	defer prepared.Close()
	job.prepared = time.Since(start)
	p := &embedcache.Embedding{Key: job.image.key}
	for _, chunk := range chunks {
		part := embedcache.Part{Tokens: chunk.Tokens, Count: chunk.Count, Positions: chunk.Positions, Columns: chunk.Columns}
		if chunk.IsTile() {
			if err := job.ctx.Err(); err != nil {
				return nil, err
			}
			// The language model gets a turn between tiles.
			e.compute.Unlock()
			e.compute.Lock()
			start := time.Now()
			if part.Embeddings, err = e.vision.Encode(chunk); err != nil {
				return nil, err
			}
			job.encoded += time.Since(start)
		}
		p.Parts = append(p.Parts, part)
	}
	return p, nil
}

// look returns the embeddings of a request's images, from a cache where it can.
func (e *engine) look(ctx context.Context, a ask, r *sdk.Response) ([]*embedcache.Embedding, error) {
	if len(a.images) > 0 && e.vision == nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "%s was loaded without a vision encoder: set `mmproj` to show it images", e.name)
	}
	var embeddings []*embedcache.Embedding
	add := func(image shown, p *embedcache.Embedding) {
		embeddings = append(embeddings, p)
		r.Images = append(r.Images, e.resizing.size(image.Width, image.Height, p.Parts))
	}
	for _, image := range a.images {
		known := e.embeddings.Get(image.key)
		if known != nil {
			r.Usage.CachedImages++
			add(image, known)
			continue
		}
		job := &encoding{ctx: ctx, image: image, done: make(chan struct{})}
		select {
		case e.encoder.arrive <- job:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-e.encoder.stopped:
			return nil, context.Canceled
		}
		select {
		case <-job.done:
		case <-ctx.Done(): // the encoder finds out by itself
			return nil, ctx.Err()
		}
		if job.err != nil {
			return nil, job.err
		}
		if job.encoded == 0 {
			r.Usage.CachedImages++
		}
		r.Timings.Preprocess += job.prepared
		r.Timings.Encode += job.encoded
		add(image, job.embedding)
	}
	return embeddings, nil
}
