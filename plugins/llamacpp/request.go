package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/vlmspec/vlmspec/plugins/llamacpp/embedcache"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// ask is a request whose images are decoded: all that can be done without the model.
type ask struct {
	sdk.Request
	grammar string // GBNF that the answer must follow, "" for none
	images  []shown
	decoded time.Duration // time it took
	release func()        // gives back the memory of the images, once they are encoded
}

// shown is an image as the model sees it.
type shown struct {
	*imaging.RGB
	key embedcache.Key
}

// read checks a request and decodes its images. salt is all that determines what
// becomes of pixels.
func read(ctx context.Context, req sdk.Request, salt string) (ask, error) {
	if err := checkParams(req.Params); err != nil {
		return ask{}, err
	}
	if len(req.Messages) == 0 {
		return ask{}, sdk.Errorf(sdk.InvalidRequest, "the request has no messages")
	}
	start := time.Now()
	a := ask{Request: req}
	var err error
	if a.grammar, err = grammarOf(req.Params.Extra); err != nil {
		return ask{}, err
	}
	d, err := imaging.DecodeAll(ctx, imagesOf(req))
	if err != nil {
		return ask{}, err
	}
	for _, rgb := range d.Images {
		a.images = append(a.images, shown{rgb, keyOf(rgb, salt)})
	}
	a.release, a.decoded = d.Close, time.Since(start)
	return a, nil
}

func imagesOf(req sdk.Request) (images []*sdk.Image) {
	for _, m := range req.Messages {
		for _, p := range m.Parts {
			if p.Image != nil {
				images = append(images, p.Image)
			}
		}
	}
	return images
}

func keyOf(p *imaging.RGB, salt string) embedcache.Key {
	h := sha256.New()
	var size [16]byte
	binary.LittleEndian.PutUint64(size[:8], uint64(p.Width))
	binary.LittleEndian.PutUint64(size[8:], uint64(p.Height))
	h.Write(size[:])
	h.Write(p.Pix)
	h.Write([]byte(salt))
	return embedcache.Key(h.Sum(nil))
}
