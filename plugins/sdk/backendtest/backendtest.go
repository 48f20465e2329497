// Package backendtest is what a backend must do for vlmspec, as a test: call
// [Run] from a test of your backend, and [Program] with its program once it is
// built.
package backendtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Options fit the suite to a backend.
type Options struct {
	Config map[string]any // that the backend takes; paths absolute
	Prompt string         // that it can answer on a grey image; "" is "What do you see?"
	NoPath bool           // it does not look at images, so a missing one goes unnoticed
}

// Run checks a backend that nobody has configured yet, and closes it.
func Run(t *testing.T, b sdk.Backend, o Options) {
	if o.Prompt == "" {
		o.Prompt = "What do you see?"
	}
	s := &suite{b: b, o: o}
	before := children(t)
	t.Run("describes itself before it is configured", s.describesItself)
	if !t.Run("takes its config", s.takesConfig) {
		return
	}
	t.Run("answers", s.answers)
	t.Run("answers the same again", s.answersAgain)
	t.Run("answers concurrent calls", s.answersConcurrently)
	t.Run("answers without emit", s.answersSilently)
	t.Run("stops when asked to", s.stops)
	t.Run("refuses a missing image", s.refusesMissingImage)
	t.Run("refuses too many images", s.refusesTooManyImages)
	t.Run("closes", func(t *testing.T) {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		left(t, before)
	})
}

type suite struct {
	b    sdk.Backend
	o    Options
	info sdk.Info
}

func (s *suite) describesItself(t *testing.T) {
	info, err := s.b.Describe(t.Context())
	if err != nil {
		t.Fatalf("Describe: %v", err)
	}
	if info.Name == "" || info.Version == "" {
		t.Errorf("name %q and version %q must not be empty", info.Name, info.Version)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(info.ConfigSchema))
	if err != nil {
		t.Fatalf("ConfigSchema is no JSON: %v", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("config.json")
	if err != nil {
		t.Fatalf("ConfigSchema is no JSON Schema: %v", err)
	}
	if err := schema.Validate(plain(t, s.o.Config)); err != nil {
		t.Errorf("ConfigSchema refuses the config of this test: %v", err)
	}
	if schema.Validate(map[string]any{"no_such_key": 1}) == nil {
		t.Error("ConfigSchema takes unknown keys, so a typo would be ignored; set additionalProperties to false")
	}
}

func (s *suite) takesConfig(t *testing.T) {
	if err := s.b.Configure(t.Context(), s.o.Config); err != nil {
		t.Fatalf("Configure: %v", err)
	}
	info, err := s.b.Describe(t.Context())
	if err != nil {
		t.Fatalf("Describe: %v", err)
	}
	s.info = info
	if info.Model == "" {
		t.Error("Info.Model is empty")
	}
	digest, ok := strings.CutPrefix(info.ModelDigest, "sha256:")
	if info.ModelDigest != "" && (!ok || len(digest) != 64) {
		t.Errorf("Info.ModelDigest is %q, expected sha256:<64 hex digits>", info.ModelDigest)
	}
}

func (s *suite) answers(t *testing.T) {
	var emitted strings.Builder
	resp, err := s.b.Generate(t.Context(), s.request(t, 1), func(text string) { emitted.WriteString(text) })
	if err != nil {
		t.Fatalf("Generate: %v", err)
	}
	if resp.Text != strings.TrimSpace(resp.Text) {
		t.Errorf("answer %q is not trimmed", resp.Text)
	}
	if resp.Finish != sdk.FinishStop && resp.Finish != sdk.FinishLength {
		t.Errorf("finish reason is %q", resp.Finish)
	}
	if actual := strings.TrimSpace(emitted.String()); s.info.Capabilities.Streaming && actual != resp.Text {
		t.Errorf("emitted %q, answered %q", actual, resp.Text)
	}
	if u := resp.Usage; min(u.TextTokens, u.ImageTokens, u.OutputTokens, u.CachedTokens, u.CachedImages) < 0 {
		t.Errorf("usage has negative counts: %+v", u)
	}
	if n := len(resp.Images); n > 1 || n == 1 && (min(resp.Images[0].Width, resp.Images[0].Height) < 0 || (resp.Images[0].Width == 0) != (resp.Images[0].Height == 0)) {
		t.Errorf("one image was shown, and its sizes are %+v; expected one size of two sides, or nothing", resp.Images)
	}
}

func (s *suite) answersAgain(t *testing.T) {
	first, err1 := s.b.Generate(t.Context(), s.request(t, 1), nil)
	second, err2 := s.b.Generate(t.Context(), s.request(t, 1), nil)
	if err1 != nil || err2 != nil || first.Text != second.Text {
		t.Errorf("greedy answers differ: %q (%v), %q (%v)", first.Text, err1, second.Text, err2)
	}
}

func (s *suite) answersConcurrently(t *testing.T) {
	var calls sync.WaitGroup
	for range max(s.info.Capabilities.Concurrency, 1) + 1 {
		req := s.request(t, 1)
		calls.Go(func() {
			if _, err := s.b.Generate(t.Context(), req, nil); err != nil {
				t.Errorf("Generate: %v", err)
			}
		})
	}
	calls.Wait()
}

func (s *suite) answersSilently(t *testing.T) {
	if _, err := s.b.Generate(t.Context(), s.request(t, 1), nil); err != nil {
		t.Errorf("Generate: %v", err)
	}
}

func (s *suite) stops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// A backend may be faster than the news; it must only not hang or break.
	_, _ = s.b.Generate(ctx, s.request(t, 1), nil)
	if _, err := s.b.Generate(t.Context(), s.request(t, 1), nil); err != nil {
		t.Errorf("Generate after a cancelled call: %v", err)
	}
}

func (s *suite) refusesMissingImage(t *testing.T) {
	if s.o.NoPath {
		t.Skip("the backend does not look at images")
	}
	req := s.request(t, 1)
	req.Messages[0].Parts[0].Image = &sdk.Image{Path: filepath.Join(t.TempDir(), "missing.png"), MediaType: "image/png", Width: 64, Height: 64}
	s.refuses(t, req)
}

func (s *suite) refusesTooManyImages(t *testing.T) {
	if s.info.Capabilities.MaxImages == 0 {
		t.Skip("the backend takes any number of images")
	}
	s.refuses(t, s.request(t, s.info.Capabilities.MaxImages+1))
}

func (s *suite) refuses(t *testing.T, req sdk.Request) {
	t.Helper()
	_, err := s.b.Generate(t.Context(), req, nil)
	if err == nil || sdk.KindOf(err) != sdk.InvalidRequest {
		t.Errorf("Generate: %v (%s), expected an sdk.Error of kind %s", err, sdk.KindOf(err), sdk.InvalidRequest)
	}
}

// request asks about n grey images.
func (s *suite) request(t *testing.T, n int) sdk.Request {
	t.Helper()
	msg := sdk.Message{Role: sdk.User}
	for range n {
		msg.Parts = append(msg.Parts, sdk.Part{Image: grey(t)})
	}
	msg.Parts = append(msg.Parts, sdk.Part{Text: s.o.Prompt})
	return sdk.Request{ID: t.Name(), Messages: []sdk.Message{msg}, Params: sdk.Params{MaxTokens: 16}}
}

// grey writes an image of 64 by 64 pixels.
func grey(t *testing.T) *sdk.Image {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "grey.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(b.Bytes())
	return &sdk.Image{SHA256: hex.EncodeToString(sum[:]), MediaType: "image/png", Width: 64, Height: 64, Path: path}
}

// plain is config as JSON has it.
func plain(t *testing.T, config map[string]any) any {
	t.Helper()
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
