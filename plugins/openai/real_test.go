package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
)

// realServer starts llama-server on the tiny model; $VLMSPEC_LLAMA_SERVER names a
// Python that has xllamacpp: `make test-servers`.
func realServer(t *testing.T) (url string) {
	t.Helper()
	python := os.Getenv("VLMSPEC_LLAMA_SERVER")
	if python == "" {
		t.Skip("set VLMSPEC_LLAMA_SERVER to a Python with xllamacpp: `make test-servers`")
	}
	models := filepath.Join("..", "..", "fixtures", "models")
	cmd := exec.Command(python, filepath.Join("testdata", "serve.py"), filepath.Join(models, "shapes.gguf"), filepath.Join(models, "shapes-mmproj.gguf"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if testing.Verbose() {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "http") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return lines.Text()
		}
	}
	t.Fatal("the server does not start; -v shows why")
	return ""
}

// A real llama-server answers what the model knows, and what it refuses comes back in
// its own words.
func TestLlamaServer(t *testing.T) {
	config := map[string]any{"base_url": realServer(t) + "/v1"}
	backendtest.Run(t, &server{}, backendtest.Options{Config: config})
	s := configured(t, config)
	info, err := s.Describe(t.Context())
	if err != nil || info.Details["dialect"] != "llama-server" || info.Capabilities.Concurrency != 2 || info.Capabilities.ContextTokens == 0 || info.ModelDigest == "" {
		t.Errorf("%+v, %v", info, err)
	}
	shown := func(name string) sdk.Part {
		img, err := imaging.Look(filepath.Join("..", "..", "fixtures", "shapes", name))
		if err != nil {
			t.Fatal(err)
		}
		return sdk.Part{Image: &img}
	}
	question := func(text string, images ...string) (sdk.Response, error) {
		var parts []sdk.Part
		for _, name := range images {
			parts = append(parts, shown(name))
		}
		return s.Generate(t.Context(), sdk.Request{
			Messages: []sdk.Message{{Role: sdk.User, Parts: append(parts, sdk.Part{Text: text})}}, Params: sdk.Params{MaxTokens: 24},
		}, nil)
	}
	r, err := question("What color is the circle?", "red-circle.png")
	if err != nil || r.Text != "red" || len(r.LogProbs) == 0 || r.Usage.TextTokens == 0 || r.Usage.OutputTokens == 0 || r.Timings.Prefill <= 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := question(strings.Repeat("What color is the circle? ", 2000), "red-circle.png"); sdk.KindOf(err) != sdk.InvalidRequest || !strings.Contains(err.Error(), "context") {
		t.Errorf("a prompt that is too long: %+v, %v", r, err)
	}
	broken := &sdk.Image{Bytes: []byte("\xff\xd8\xff\xe0 this is no JPEG")}
	if _, err := s.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Image: broken}}}}}, nil); sdk.KindOf(err) != sdk.InvalidRequest {
		t.Errorf("a broken image: %v", err)
	}
	if err := (&server{}).Configure(t.Context(), map[string]any{"base_url": config["base_url"], "model": "another"}); err == nil || !strings.Contains(err.Error(), "; it has ") {
		t.Errorf("another model: %v", err)
	}
}
