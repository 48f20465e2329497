package main

import (
	"bytes"
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"image/jpeg"
	"image/png"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const (
	maxImageBytes = 1 << 30  // of a file, as package imaging takes them
	keptImages    = 16 << 20 // bytes of base64 that are kept for the next request: cases of one image follow each other
	jpegQuality   = 95
)

// picture is an image as it is sent.
type picture struct {
	media  string // "image/png"
	base64 []byte
}

// pictures prepares images, each once: cases of one image come one after another,
// or at the same time. It is safe for concurrent use.
type pictures struct {
	format string // keep, png or jpeg
	verify bool   // decode also what is sent as it is

	mu    sync.Mutex
	known map[string]*list.Element // by digest or path
	order *list.List               // of *entry, the latest used first
	size  int64
}

type entry struct {
	key     string
	done    chan struct{}
	picture picture
	err     error
}

func newPictures(format string, verify bool) *pictures {
	return &pictures{format: format, verify: verify, known: map[string]*list.Element{}, order: list.New()}
}

// get returns an image ready to be sent, and how long that took here.
func (p *pictures) get(ctx context.Context, img *sdk.Image) (picture, time.Duration, error) {
	key := img.SHA256 + "\x00" + img.Path
	if img.SHA256 == "" && img.Path == "" {
		sum := sha256.Sum256(img.Bytes)
		key = hex.EncodeToString(sum[:])
	}
	p.mu.Lock()
	if el, ok := p.known[key]; ok {
		p.order.MoveToFront(el)
		p.mu.Unlock()
		e := el.Value.(*entry)
		select {
		case <-e.done:
			return e.picture, 0, e.err
		case <-ctx.Done():
			return picture{}, 0, ctx.Err()
		}
	}
	e := &entry{key: key, done: make(chan struct{})}
	p.known[key] = p.order.PushFront(e)
	p.mu.Unlock()
	began := time.Now()
	// Others may wait for it, so that it does not end with this call.
	e.picture, e.err = p.prepare(context.WithoutCancel(ctx), img)
	p.keep(e)
	return e.picture, time.Since(began), e.err
}

// keep lets others have an image that is ready, and drops what was used longest ago
// beyond the limit. What failed is not kept.
func (p *pictures) keep(e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer close(e.done)
	if e.err != nil {
		p.drop(p.known[e.key])
		return
	}
	p.size += int64(len(e.picture.base64))
	for el := p.order.Back(); p.size > keptImages && el != nil && el.Value != e; {
		before := el.Prev()
		select {
		case <-el.Value.(*entry).done:
			p.drop(el)
		default: // being prepared
		}
		el = before
	}
}

func (p *pictures) drop(el *list.Element) {
	e := el.Value.(*entry)
	p.order.Remove(el)
	delete(p.known, e.key)
	p.size -= int64(len(e.picture.base64))
}

// prepare reads an image and converts it where a server would not see it as it is.
func (p *pictures) prepare(ctx context.Context, img *sdk.Image) (picture, error) {
	data, err := content(img)
	if err != nil {
		return picture{}, err
	}
	info, plain, err := imaging.Plain(bytes.NewReader(data))
	if err != nil {
		return picture{}, named(img.Path, err)
	}
	want := "image/" + p.format
	if p.format == "" || p.format == "keep" {
		want = "image/png"
		if info.MediaType == "image/jpeg" && plain {
			want = info.MediaType
		}
	}
	if plain && info.MediaType == want {
		if p.verify {
			if _, err := imaging.Decode(ctx, data); err != nil {
				return picture{}, named(img.Path, err)
			}
		}
		return picture{want, encoded(data)}, nil
	}
	converted, err := convert(ctx, data, want)
	if err != nil {
		return picture{}, named(img.Path, err)
	}
	return picture{want, encoded(converted)}, nil
}

// content reads an image, which must be the one that the case was made for.
func content(img *sdk.Image) ([]byte, error) {
	if img.Path == "" {
		return img.Bytes, nil
	}
	data, err := regular.Read(img.Path, maxImageBytes)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "the image cannot be read: %w", err)
	}
	if sum := sha256.Sum256(data); img.SHA256 != "" && hex.EncodeToString(sum[:]) != img.SHA256 {
		return nil, sdk.Errorf(sdk.InvalidRequest, "%s has changed since the run began; run again", img.Path)
	}
	return data, nil
}

// convert makes a PNG or JPEG of an image as vlmspec sees it: upright, on white.
func convert(ctx context.Context, data []byte, media string) ([]byte, error) {
	var out bytes.Buffer
	err := imaging.ViewBytes(ctx, data, func(p *imaging.Picture) error {
		if media == "image/jpeg" {
			return jpeg.Encode(&out, p.Opaque(), &jpeg.Options{Quality: jpegQuality})
		}
		return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, p.Opaque())
	})
	return out.Bytes(), err
}

func encoded(data []byte) []byte {
	out := make([]byte, base64.StdEncoding.EncodedLen(len(data)))
	base64.StdEncoding.Encode(out, data)
	return out
}

func named(path string, err error) error {
	if path == "" {
		return err
	}
	return sdk.Errorf(sdk.KindOf(err), "%s: %w", path, err)
}

// address is where the server fetches an image itself.
func address(template string, img *sdk.Image) string {
	path := filepath.ToSlash(img.Path)
	var segments []string
	for s := range strings.SplitSeq(path, "/") {
		segments = append(segments, url.PathEscape(s))
	}
	return strings.NewReplacer("{path}", strings.Join(segments, "/"), "{name}", url.PathEscape(filepath.Base(path)), "{sha256}", img.SHA256).Replace(template)
}
