package imaging

import (
	"bytes"
	"context"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Decoded are the images of a request, in order. They count in the budget of this
// process until Close, which is to be called as soon as their pixels are not needed
// any more; then others may be decoded.
type Decoded struct {
	Images []*RGB
	lease  *lease
}

// Close gives the memory back. It may be called more than once.
func (d *Decoded) Close() {
	if d.lease != nil {
		d.lease.end()
		d.Images, d.lease = nil, nil
	}
}

// DecodeAll is [Decode] on all images of a request. It waits until there is memory
// for all of them, so that two requests never wait for each other.
func DecodeAll(ctx context.Context, images []*sdk.Image) (*Decoded, error) {
	if len(images) == 0 {
		return &Decoded{}, nil
	}
	var peak, kept int64
	for _, i := range images {
		err := withSource(i, func(_ Source, h header) error {
			peak = max(peak, kept+h.cost())
			kept += h.rgb()
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	l, err := take(ctx, peak)
	if err != nil {
		return nil, err
	}
	d := &Decoded{lease: l}
	for _, i := range images {
		err := withSource(i, func(r Source, h header) error {
			p, err := decode(r, h)
			if err == nil {
				d.Images = append(d.Images, p.RGB())
			}
			return err
		})
		if err != nil {
			d.Close()
			return nil, err
		}
	}
	l.shrink(kept)
	return d, nil
}

// withSource opens an image and reads its header.
func withSource(i *sdk.Image, use func(Source, header) error) error {
	if i.Path == "" {
		r := bytes.NewReader(i.Bytes)
		h, err := inspect(r)
		if err != nil {
			return err
		}
		return use(r, h)
	}
	f, err := open(i.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h, err := inspect(f)
	if err == nil {
		err = use(f, h)
	}
	return named(i.Path, err)
}
