// Package imaging looks at and decodes the image files a test case shows.
//
// Start reading at [Inspect], which reads a file's header only and refuses what
// no backend should have to take, and at [Decode], which turns a file into
// plain RGB rows; a backend takes the images of a request from [DecodeAll]. They
// refuse with an *sdk.Error of kind InvalidRequest whose message is one sentence for
// a person. All that is decoded at the same time stays within a budget of memory, a
// quarter of what was free or $VLMSPEC_IMAGE_MEMORY MiB, and waits for it. All
// functions are safe for concurrent use.
package imaging

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Limits an image must keep. They are checked on the header, before any pixel
// is decoded, so a few bytes can't ask for gigabytes.
const (
	MinSide   = 2          // pixels; llama.cpp's resize reads out of bounds below
	MaxSide   = 16_384     // pixels
	MaxPixels = 64_000_000 // width times height
)

// Info is what a file's header says.
type Info struct {
	MediaType string // "image/png"
	Width     int    // pixels, after EXIF orientation
	Height    int
}

// RGB is a decoded picture: 3 bytes a pixel (red, green, blue), rows top down,
// no padding, so len(Pix) = 3*Width*Height. Transparency lies on white.
type RGB struct {
	Width, Height int
	Pix           []byte
}

// Source is an encoded image: a [bytes.Reader], or an [io.SectionReader] of a file.
type Source interface {
	io.ReaderAt
	Size() int64 // in bytes
}

// InspectFile is [Inspect] on a file; its errors name the file.
func InspectFile(path string) (Info, error) {
	f, err := open(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	info, err := Inspect(f)
	return info, named(path, err)
}

// Inspect reads the header of an image, and what else says how it is to be seen.
// Of r it reads no more than that needs, usually a few kilobytes.
func Inspect(r Source) (Info, error) {
	h, err := inspect(r)
	return h.info(), err
}

// DecodeFile is [Decode] on a file; its errors name the file.
func DecodeFile(ctx context.Context, path string) (rgb *RGB, err error) {
	err = View(ctx, path, func(p *Picture) error {
		rgb = p.RGB()
		return nil
	})
	return rgb, err
}

// Decode turns an encoded image into RGB: EXIF orientation applied,
// transparency flattened on white, the first frame of an animation on its canvas.
// It waits until the memory that takes is free in the budget of this process, or ctx
// is done. What it returns counts no longer; who keeps many pictures takes them from
// [DecodeAll].
func Decode(ctx context.Context, data []byte) (rgb *RGB, err error) {
	err = view(ctx, "", bytes.NewReader(data), func(p *Picture) error {
		rgb = p.RGB()
		return nil
	})
	return rgb, err
}

// View decodes a file and hands the picture to use; its pixels, and an [RGB] of
// them, count in the budget until use returns. use must not decode another.
func View(ctx context.Context, path string, use func(*Picture) error) error {
	f, err := open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return view(ctx, path, f, use)
}

func view(ctx context.Context, path string, r Source, use func(*Picture) error) error {
	h, err := inspect(r)
	if err != nil {
		return named(path, err)
	}
	l, err := take(ctx, h.cost())
	if err != nil {
		return err
	}
	defer l.end()
	p, err := decode(r, h)
	if err != nil {
		return named(path, err)
	}
	return use(p)
}

// inspect reads the header and checks the size.
func inspect(r Source) (header, error) {
	f, err := formatOf(r)
	if err != nil {
		return header{}, err
	}
	h, err := f.read(r)
	if err != nil {
		return header{}, wrong(f.name, "the image's header is damaged", err)
	}
	h.format = f
	return h, checkSize(h.canvas)
}

// decode turns the picture exactly as Inspect has said.
func decode(r Source, h header) (p *Picture, err error) {
	defer func() {
		// What a file can do to a decoder must not end the process of a backend.
		if fault := recover(); fault != nil {
			p, err = nil, sdk.Errorf(sdk.InvalidRequest, "the image is damaged: its %s decoder fails: %v", h.name, fault)
		}
	}()
	stored, err := h.decode(r, h)
	if err != nil {
		return nil, wrong(h.name, "the image is damaged", err)
	}
	return newPicture(h, stored)
}

// stream reads a source from its beginning.
func stream(r Source) *io.SectionReader { return io.NewSectionReader(r, 0, r.Size()) }

func checkSize(canvas point) error {
	switch {
	case canvas.X < MinSide || canvas.Y < MinSide:
		return sdk.Errorf(sdk.InvalidRequest, "the image is %dx%d pixels; each side must have at least %d", canvas.X, canvas.Y, MinSide)
	case canvas.X > MaxSide || canvas.Y > MaxSide || canvas.X*canvas.Y > MaxPixels:
		return sdk.Errorf(sdk.InvalidRequest, "the image is %dx%d pixels; at most %d a side and %d million in all are taken, so scale it down",
			canvas.X, canvas.Y, MaxSide, MaxPixels/1_000_000)
	}
	return nil
}

func named(path string, err error) error {
	if err == nil || path == "" {
		return err
	}
	return &sdk.Error{Kind: sdk.InvalidRequest, Message: fmt.Sprintf("%s: %v", path, err)}
}
