package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// input is what the command reads: one JSON object.
type input struct {
	ID       string    `json:"id"`
	Prompt   string    `json:"prompt"` // the last user message, with <image> where an image stands
	Images   []string  `json:"images"` // absolute paths, of all messages, in order
	System   string    `json:"system,omitempty"`
	Messages []message `json:"messages"`
	Params   params    `json:"params"`

	temporary []string // files of images that came by content
}

type message struct {
	Role  sdk.Role `json:"role"`
	Parts []part   `json:"parts"`
}

// part is either text or an image.
type part struct {
	Text  *string    `json:"text,omitempty"`
	Image *imageFile `json:"image,omitempty"`
}

type imageFile struct {
	Path      string `json:"path"`
	MediaType string `json:"media_type"`
	Width     int    `json:"width"` // pixels after EXIF orientation
	Height    int    `json:"height"`
	SHA256    string `json:"sha256"`
}

// params have those that are set.
type params struct {
	MaxTokens     int            `json:"max_tokens,omitempty"`
	Temperature   float64        `json:"temperature"`
	TopP          float64        `json:"top_p,omitempty"`
	TopK          int            `json:"top_k,omitempty"`
	MinP          float64        `json:"min_p,omitempty"`
	RepeatPenalty float64        `json:"repeat_penalty,omitempty"`
	Seed          uint32         `json:"seed"`
	Stop          []string       `json:"stop,omitempty"`
	Extra         map[string]any `json:"extra,omitempty"`
}

func newInput(req sdk.Request, mostImages int) (*input, error) {
	p := req.Params
	in := &input{ID: req.ID, Images: []string{}, Params: params{
		p.MaxTokens, p.Temperature, p.TopP, p.TopK, p.MinP, p.RepeatPenalty, p.Seed, p.Stop, p.Extra,
	}}
	for _, m := range req.Messages {
		if err := in.add(m); err != nil {
			in.clean()
			return nil, err
		}
	}
	if n := len(in.Images); mostImages > 0 && n > mostImages {
		in.clean()
		return nil, sdk.Errorf(sdk.InvalidRequest, "the request shows %d images, and max_images allows %d", n, mostImages)
	}
	return in, nil
}

func (in *input) add(m sdk.Message) error {
	out := message{Role: m.Role}
	var text strings.Builder
	for _, p := range m.Parts {
		if p.Image == nil {
			text.WriteString(p.Text)
			out.Parts = append(out.Parts, part{Text: &p.Text})
			continue
		}
		path, err := in.path(p.Image)
		if err != nil {
			return err
		}
		text.WriteString("<image>")
		in.Images = append(in.Images, path)
		out.Parts = append(out.Parts, part{Image: &imageFile{path, p.Image.MediaType, p.Image.Width, p.Image.Height, p.Image.SHA256}})
	}
	switch m.Role {
	case sdk.System:
		in.System = text.String()
	case sdk.User:
		in.Prompt = text.String()
	}
	in.Messages = append(in.Messages, out)
	return nil
}

// path is the file of an image, which must be one: whatever reads it may not say so.
func (in *input) path(img *sdk.Image) (string, error) {
	if img.Path != "" {
		_, err := imaging.InspectFile(img.Path)
		return img.Path, err
	}
	if _, err := imaging.Inspect(bytes.NewReader(img.Bytes)); err != nil {
		return "", err
	}
	f, err := os.CreateTemp("", "vlmspec-image-*")
	if err == nil {
		in.temporary = append(in.temporary, f.Name())
		_, err = f.Write(img.Bytes)
		if closing := f.Close(); err == nil {
			err = closing
		}
	}
	if err != nil {
		return "", sdk.Errorf(sdk.Internal, "write an image for the command: %w", err)
	}
	return f.Name(), nil
}

func (in *input) clean() {
	for _, path := range in.temporary {
		_ = os.Remove(path)
	}
}

// line is the input as one line of JSON.
func (in *input) line() ([]byte, error) {
	data, err := json.Marshal(in)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "write the request: %w", err)
	}
	return append(data, '\n'), nil
}
