package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// body is a request in pieces, so that an image that many requests show is in
// memory once. It is written once, and may then be read from several goroutines.
type body struct {
	pieces net.Buffers
	size   int64
	text   []byte // not in pieces yet
	images int

	preparing time.Duration // of its images, as far as this request did it
}

func (b *body) write(text string) { b.text = append(b.text, text...) }

// value writes a value as JSON.
func (b *body) value(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return sdk.Errorf(sdk.InvalidRequest, "write the request: %w", err)
	}
	b.text = append(b.text, data...)
	return nil
}

// raw adds bytes that must not change: base64, which needs no quoting.
func (b *body) raw(data []byte) {
	b.cut()
	b.pieces, b.size = append(b.pieces, data), b.size+int64(len(data))
}

func (b *body) cut() {
	if len(b.text) > 0 {
		b.pieces, b.size = append(b.pieces, b.text), b.size+int64(len(b.text))
		b.text = nil
	}
}

// fields ends the JSON object that the body is with more fields of it.
func (b *body) fields(f map[string]any) error {
	data, err := json.Marshal(f)
	if err != nil {
		return sdk.Errorf(sdk.InvalidRequest, "write the request: %w", err)
	}
	b.text = append(append(b.text, ','), data[1:]...)
	b.cut()
	return nil
}

// reader reads the body, again and again.
func (b *body) reader() io.ReadCloser {
	pieces := slices.Clone(b.pieces)
	return io.NopCloser(&pieces)
}

// list writes items with commas between them.
func (b *body) list(n int, item func(i int) error) error {
	b.write("[")
	for i := range n {
		if i > 0 {
			b.write(",")
		}
		if err := item(i); err != nil {
			return err
		}
	}
	b.write("]")
	return nil
}

// textOf is the text of a message without images; ok is false where it has some.
func textOf(m sdk.Message) (text string, ok bool) {
	for _, p := range m.Parts {
		if p.Image != nil {
			return "", false
		}
		text += p.Text
	}
	return text, true
}

// merged joins texts that follow each other.
func merged(parts []sdk.Part) (out []sdk.Part) {
	for _, p := range parts {
		if n := len(out); p.Image == nil && n > 0 && out[n-1].Image == nil {
			out[n-1].Text += p.Text
		} else if p.Image != nil || p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}

// quoted writes a key and a text value.
func quoted(key, value string) string {
	data, _ := json.Marshal(value) // text has JSON
	return fmt.Sprintf("%q:%s", key, data)
}
