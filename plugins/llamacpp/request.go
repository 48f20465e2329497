package main

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// ask is a request whose images are decoded: all that can be done without the model.
type ask struct {
	sdk.Request
	images  []shown
	decoded time.Duration // time it took
}

// shown is an image as the model sees it.
type shown struct {
	*imaging.RGB
	key [sha256.Size]byte // of its pixels
}

// read checks a request and decodes its images.
func read(req sdk.Request) (ask, error) {
	if err := checkParams(req.Params); err != nil {
		return ask{}, err
	}
	if len(req.Messages) == 0 {
		return ask{}, sdk.Errorf(sdk.InvalidRequest, "the request has no messages")
	}
	start := time.Now()
	a := ask{Request: req}
	for _, m := range req.Messages {
		for _, p := range m.Parts {
			if p.Image == nil {
				continue
			}
			rgb, err := decode(p.Image)
			if err != nil {
				return ask{}, err
			}
			a.images = append(a.images, shown{rgb, keyOf(rgb)})
		}
	}
	a.decoded = time.Since(start)
	return a, nil
}

func decode(i *sdk.Image) (*imaging.RGB, error) {
	if i.Path != "" {
		return imaging.DecodeFile(i.Path)
	}
	return imaging.Decode(i.Bytes)
}

func keyOf(p *imaging.RGB) [sha256.Size]byte {
	h := sha256.New()
	var size [16]byte
	binary.LittleEndian.PutUint64(size[:8], uint64(p.Width))
	binary.LittleEndian.PutUint64(size[8:], uint64(p.Height))
	h.Write(size[:])
	h.Write(p.Pix)
	return [sha256.Size]byte(h.Sum(nil))
}
