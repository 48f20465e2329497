package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// output is what the command writes, unless all that it prints is the answer.
type output struct {
	ID        string    `json:"id"`
	Text      *string   `json:"text"`
	Finish    string    `json:"finish"` // stop (the default) or length
	Reasoning string    `json:"reasoning"`
	LogProbs  []float64 `json:"logprobs"`
	Error     string    `json:"error"` // in place of text: why there is no answer
	Usage     struct {
		Text   int `json:"text"`
		Image  int `json:"image"`
		Output int `json:"output"`
	} `json:"usage"`
	Images []struct {
		Width  int `json:"width"`
		Height int `json:"height"`
	} `json:"images"` // at which size the model was shown each image
}

// readOutput reads one JSON object, after which nothing may follow.
func readOutput(data []byte) (o output, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("there is more after it")
	}
	return o, nil
}

// response checks what a command says of its answer.
func (o output) response(name string, images int) (r sdk.Response, err error) {
	lies := func(what string) (sdk.Response, error) {
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "%s printed %s", name, what)
	}
	switch {
	case o.Error != "":
		return r, sdk.Errorf(sdk.InvalidRequest, "%s: %s", name, shortened(o.Error))
	case o.Text == nil:
		return lies(`an object without "text", which is the answer`)
	case min(o.Usage.Text, o.Usage.Image, o.Usage.Output) < 0:
		return lies("a negative number of tokens")
	case len(o.Images) > 0 && len(o.Images) != images:
		return lies("the sizes of other images than it was shown")
	}
	r = sdk.Response{Text: strings.TrimSpace(*o.Text), Reasoning: o.Reasoning, LogProbs: o.LogProbs, Usage: sdk.Usage{
		TextTokens: o.Usage.Text, ImageTokens: o.Usage.Image, OutputTokens: o.Usage.Output,
	}}
	switch o.Finish {
	case "", string(sdk.FinishStop):
		r.Finish = sdk.FinishStop
	case string(sdk.FinishLength):
		r.Finish = sdk.FinishLength
	default:
		return lies("finish " + shortened(o.Finish) + ", expected stop or length")
	}
	for _, p := range o.LogProbs {
		if math.IsNaN(p) || p > 0 {
			return lies("a log-probability above 0")
		}
	}
	for _, i := range o.Images {
		if min(i.Width, i.Height) < 0 || (i.Width == 0) != (i.Height == 0) {
			return lies("an image without one of its sides")
		}
		r.Images = append(r.Images, sdk.ImageShown{Width: i.Width, Height: i.Height})
	}
	return r, nil
}

// plain is the answer of a command that prints nothing else.
func plain(name string, data []byte) (sdk.Response, error) {
	text := strings.TrimSpace(string(data))
	switch {
	case text == "":
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "%s ended well and printed nothing, expected the answer on standard output", name)
	case !utf8.ValidString(text):
		return sdk.Response{}, sdk.Errorf(sdk.Internal, "%s printed what is no UTF-8: %s", name, shortened(strings.ToValidUTF8(text, "�")))
	}
	return sdk.Response{Text: text, Finish: sdk.FinishStop}, nil
}

// shortened is the beginning of a text on one line.
func shortened(s string) string {
	const most = 300
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= most {
		return s
	}
	cut := most
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
