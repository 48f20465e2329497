package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// backend is the sdk.Backend over one endpoint of an app.
type backend struct {
	config   config
	app      *app
	endpoint *endpoint
	sources  []source
	output   int
	uploads  uploads
	sessions sessions
}

// Configure connects to the app, and decides what its endpoint gets.
func (b *backend) Configure(ctx context.Context, config map[string]any) (err error) {
	if b.config, err = readConfig(config); err != nil {
		return err
	}
	if b.app, err = connect(ctx, b.config); err != nil {
		return busy(err)
	}
	if b.endpoint, err = b.app.endpoint(ctx); err != nil {
		return busy(err)
	}
	if b.sources, err = sources(b.endpoint, b.config.Inputs); err != nil {
		return err
	}
	b.output, err = chosen(b.endpoint, b.config.Output)
	return err
}

// busy gives the error of an app that has no place its kind.
func busy(err error) error {
	if errors.Is(err, errFull) && sdk.KindOf(err) == sdk.Internal {
		return sdk.Errorf(sdk.Unavailable, "%w", err)
	}
	return err
}

// Describe implements sdk.Backend.
func (b *backend) Describe(context.Context) (sdk.Info, error) {
	info := sdk.Info{Name: "gradio", Version: "1", ConfigSchema: configSchema, Remote: true}
	if b.endpoint == nil {
		return info, nil
	}
	info.Model = b.config.URL + "/" + b.endpoint.name
	info.ModelDigest = b.digest()
	info.Device = "remote"
	info.Details = map[string]string{"gradio": b.app.about.Version, "endpoint": "/" + b.endpoint.name}
	info.Capabilities.Concurrency = b.config.Concurrency
	info.Capabilities.MaxImages = max(capacity(b.sources), 0) // 0 is no limit, and bind refuses what finds no place
	info.Capabilities.Seeds = slices.ContainsFunc(b.sources, func(s source) bool { return mentions(s, "$seed") })
	return info, nil
}

// digest names what determines answers, as far as somebody vouches for the app.
func (b *backend) digest() string {
	if b.config.Revision == "" {
		return ""
	}
	data, _ := json.Marshal([]any{b.config.Revision, b.app.about.Version, b.endpoint.name, fmt.Sprintf("%+v", b.sources), b.output}) // texts
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Generate implements sdk.Backend.
func (b *backend) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	all, err := turns(req)
	if err != nil {
		return sdk.Response{}, err
	}
	last := len(all) - 1
	s, err := b.resume(ctx, all[:last])
	if err != nil {
		return sdk.Response{}, err
	}
	text, err := b.ask(ctx, &s, all[last])
	if err != nil {
		return sdk.Response{}, err
	}
	if b.endpoint.remembers() {
		b.sessions.put(s)
	}
	if emit != nil && text != "" {
		emit(text)
	}
	return sdk.Response{Text: text, Finish: sdk.FinishStop}, nil
}

// ask has one turn in a session, and notes it there.
func (b *backend) ask(ctx context.Context, s *session, t turn) (string, error) {
	if n := capacity(b.sources); n >= 0 && len(t.images) > n { // before any of them is sent
		_, err := bind(b.endpoint, b.sources, t, make([]any, len(t.images)))
		return "", err
	}
	files := make([]any, len(t.images))
	for i, image := range t.images {
		file, err := b.app.file(ctx, &b.uploads, image)
		if err != nil {
			return "", busy(err)
		}
		files[i] = file
	}
	data, err := bind(b.endpoint, b.sources, t, files)
	if err != nil {
		return "", err
	}
	out, err := b.app.call(ctx, b.endpoint.fn, s.hash, data)
	if err != nil {
		return "", busy(err)
	}
	if b.output >= len(out) {
		return "", sdk.Errorf(sdk.Internal, "the app gave %d results, and endpoint /%s says that it gives %d", len(out), b.endpoint.name, len(b.endpoint.outputs))
	}
	text, err := b.app.answer(ctx, b.endpoint.outputs[b.output].Component, out[b.output])
	if err != nil {
		return "", busy(err)
	}
	text = strings.TrimSpace(text)
	t.answer = text
	s.turns = append(s.turns, t)
	return text, nil
}

// Close implements sdk.Backend.
func (b *backend) Close() error { return nil }
