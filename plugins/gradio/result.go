package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// chosen is the place of the result that is the answer.
func chosen(e *endpoint, want any) (int, error) {
	var labels []string
	n := -1
	for i, p := range e.outputs {
		if p.state {
			continue
		}
		number := float64(len(labels))
		if want == nil && n < 0 || want == number || want == p.Label {
			n = i
		}
		labels = append(labels, strconv.Quote(p.Label))
	}
	if n < 0 {
		return 0, sdk.Errorf(sdk.InvalidConfig, "config: output: endpoint /%s has no result %v; it has %s, numbered from 0", e.name, want, strings.Join(labels, ", "))
	}
	return n, nil
}

// answer makes text of a result.
func (a *app) answer(ctx context.Context, component string, value any) (string, error) {
	if m, ok := value.(map[string]any); ok && m["__type__"] == "update" {
		value = m["value"]
	}
	switch component {
	case "label":
		if m, ok := value.(map[string]any); ok && m["label"] != nil {
			return text(m["label"]), nil
		}
	case "chatbot":
		return lastSaid(value), nil
	case "json":
		if said, ok := said(value); ok { // what a chat says, since Gradio 5
			return said, nil
		}
	case "annotatedimage":
		return a.annotations(ctx, value)
	case "gallery":
		return captions(value), nil
	}
	return text(value), nil
}

// text is a value as a person would write it: texts as they are, all else as JSON.
func text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return "" // it was JSON
	}
	return strings.TrimSpace(b.String())
}

// said is the text of a chat's message, or of a list of them.
func said(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case map[string]any:
		if v["role"] != nil && v["content"] != nil {
			return content(v["content"]), true
		}
	case []any:
		if len(v) > 0 {
			if m, ok := v[len(v)-1].(map[string]any); ok && m["role"] != nil {
				return lastSaid(value), true
			}
		}
	}
	return "", false
}

// lastSaid is what the assistant said last: in messages, or in pairs of Gradio 4 and 5.
func lastSaid(value any) string {
	list, _ := value.([]any)
	var all []string
	for _, item := range slices.Backward(list) {
		switch v := item.(type) {
		case []any:
			if len(v) == 2 {
				return content(v[1])
			}
		case map[string]any:
			if v["role"] != "assistant" {
				return strings.Join(all, "\n")
			}
			if meta, _ := v["metadata"].(map[string]any); meta["title"] == nil { // a thought or a tool has a title
				all = append([]string{content(v["content"])}, all...)
			}
		}
	}
	return strings.Join(all, "\n")
}

// content is the text of a message, which may have parts since Gradio 6.
func content(value any) string {
	switch v := value.(type) {
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, content(p))
		}
		return strings.Join(parts, "\n")
	case map[string]any:
		if t, ok := v["text"].(string); ok {
			return t
		}
	}
	return text(value)
}

// captions are those of a gallery's images, one a line.
func captions(value any) string {
	list, _ := value.([]any)
	var all []string
	for _, item := range list {
		m, _ := item.(map[string]any)
		all = append(all, text(m["caption"]))
	}
	return strings.Join(all, "\n")
}

// annotation is what an annotated image marks.
type annotation struct {
	Label string  `json:"label"`
	Box   *[4]int `json:"box"` // left, top, right, bottom in pixels, right and bottom outside; null of an empty mask
}

// annotations are the boxes around the masks of an annotated image, as JSON.
func (a *app) annotations(ctx context.Context, value any) (string, error) {
	m, _ := value.(map[string]any)
	list, ok := m["annotations"].([]any)
	if !ok {
		return text(value), nil
	}
	out := []annotation{}
	for _, item := range list {
		m, _ := item.(map[string]any)
		mask, err := a.download(ctx, m["image"])
		if err != nil {
			return "", err
		}
		box, err := boxOf(mask)
		if err != nil {
			return "", sdk.Errorf(sdk.Internal, "the mask of %q that the app marks cannot be read: %w", text(m["label"]), err)
		}
		out = append(out, annotation{text(m["label"]), box})
	}
	return text(out), nil
}

// download reads a file that the app made.
func (a *app) download(ctx context.Context, file any) ([]byte, error) {
	m, _ := file.(map[string]any)
	path, _ := m["path"].(string)
	if path == "" {
		return nil, sdk.Errorf(sdk.Internal, "the app's result names no file: %s", shorten(text(file)))
	}
	res, err := a.send(ctx, http.MethodGet, a.prefix+"/file="+(&url.URL{Path: path}).EscapedPath(), "", nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, a.refused("a file of its result", res)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return nil, sdk.Errorf(sdk.Unavailable, "the app at %s broke off a file of its result: %w", a.config.URL, err)
	}
	return data, nil
}

// maxMask bounds the pixels of a mask.
const maxMask = 64_000_000

// boxOf is the box around what of a mask is not transparent; nil of an empty one.
func boxOf(data []byte) (*[4]int, error) {
	header, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if header.Width*header.Height > maxMask {
		return nil, sdk.Errorf(sdk.Internal, "it has %dx%d pixels", header.Width, header.Height)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	var box *[4]int
	for y := range header.Height {
		for x := range header.Width {
			if _, _, _, alpha := img.At(x, y).RGBA(); alpha == 0 {
				continue
			}
			if box == nil {
				box = &[4]int{x, y, x + 1, y + 1}
			}
			box[0], box[2], box[3] = min(box[0], x), max(box[2], x+1), y+1
		}
	}
	return box, nil
}
