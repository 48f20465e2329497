//go:build llamacpp

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/backendtest"
)

const models, shapes = "../../fixtures/models", "../../fixtures/shapes"

func tinyConfig(t testing.TB) map[string]any {
	t.Helper()
	dir, err := filepath.Abs(models)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"model": filepath.Join(dir, "shapes.gguf"), "mmproj": filepath.Join(dir, "shapes-mmproj.gguf"), "image_cache_disk_mb": 0.0,
	}
}

// tiny is loaded once; tests share it, as cases do.
var tiny = sync.OnceValues(func() (*backend, error) {
	b, err := newBackend()
	if err != nil {
		return nil, err
	}
	return b.(*backend), b.Configure(context.Background(), map[string]any{
		"model": models + "/shapes.gguf", "mmproj": models + "/shapes-mmproj.gguf", "image_cache_disk_mb": 0.0,
	})
})

func loaded(t testing.TB) *backend {
	t.Helper()
	b, err := tiny()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func user(parts ...string) sdk.Message {
	m := sdk.Message{Role: sdk.User}
	for _, p := range parts {
		if strings.HasSuffix(p, ".png") {
			m.Parts = append(m.Parts, sdk.Part{Image: &sdk.Image{Path: filepath.Join(shapes, p)}})
		} else {
			m.Parts = append(m.Parts, sdk.Part{Text: p})
		}
	}
	return m
}

func assistant(text string) sdk.Message {
	return sdk.Message{Role: sdk.Assistant, Parts: []sdk.Part{{Text: text}}}
}

func generate(t testing.TB, p sdk.Params, messages ...sdk.Message) sdk.Response {
	t.Helper()
	r, err := loaded(t).Generate(t.Context(), sdk.Request{Messages: messages, Params: p}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestConformance(t *testing.T) {
	b, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	backendtest.Run(t, b, backendtest.Options{Config: tinyConfig(t)})
}

// parity is an entry of fixtures/models/parity.json, made with PyTorch.
type parity struct {
	Image        string    `json:"image"`
	Prompt       string    `json:"prompt"`
	TokensBefore []int32   `json:"tokens_before"`
	TokensAfter  []int32   `json:"tokens_after"`
	Answer       string    `json:"answer"`
	Logits       []float64 `json:"logits"`
}

// conversation reads a rendered prompt back into messages.
func (p parity) conversation() []sdk.Message {
	var messages []sdk.Message
	turns := strings.Split(strings.TrimPrefix(p.Prompt, "<|im_start|>"), "<end_of_utterance>\n")
	for _, turn := range turns[:len(turns)-1] {
		role, text, _ := strings.Cut(turn, ":")
		m := sdk.Message{Role: sdk.Role(strings.ToLower(role))}
		text = strings.TrimSpace(text)
		if rest, ok := strings.CutPrefix(text, "<image>"); ok {
			m.Parts = append(m.Parts, sdk.Part{Image: &sdk.Image{Path: filepath.Join(models, p.Image)}})
			text = rest
		}
		m.Parts = append(m.Parts, sdk.Part{Text: text})
		messages = append(messages, m)
	}
	return messages
}

// firstLogits are the scores of the first token of an answer.
func firstLogits(t *testing.T, e *engine, messages []sdk.Message) (sdk.Response, []float32) {
	t.Helper()
	a, err := read(t.Context(), sdk.Request{Messages: messages, Params: sdk.Params{MaxTokens: 1}}, e.salt)
	if err != nil {
		t.Fatal(err)
	}
	j, err := e.prepare(t.Context(), a, &sdk.Response{})
	if err != nil {
		t.Fatal(err)
	}
	var logits []float32
	j.logits = func(all []float32) { logits = slices.Clone(all) }
	r, err := e.await(j, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r, logits
}

// What PyTorch computes in float32, llama.cpp computes with a float16 cache and
// sums in another order: logits of size 10 differ by thousandths, more where a
// processor multiplies in float16.
const f16Tolerance = 0.03

// The exporter and llama.cpp agree: on tokens, on the logits of the first token
// of the answer, and on the answer.
func TestParity(t *testing.T) {
	data, err := os.ReadFile(models + "/parity.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []parity
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	b := loaded(t)
	worst := 0.0
	for _, p := range all {
		r, logits := firstLogits(t, b.engine, p.conversation())
		if len(logits) != len(p.Logits) {
			t.Fatalf("%s: %d logits, want %d", p.Image, len(logits), len(p.Logits))
		}
		if want := len(p.TokensBefore) + len(p.TokensAfter); r.Usage.TextTokens < want {
			t.Errorf("%s: %d tokens of text, want at least %d", p.Image, r.Usage.TextTokens, want)
		}
		for i, want := range p.Logits {
			worst = max(worst, math.Abs(float64(logits[i])-want))
		}
		if r := generate(t, sdk.Params{}, p.conversation()...); r.Text != p.Answer {
			t.Errorf("%s: %q, PyTorch answers %q", p.Image, r.Text, p.Answer)
		}
	}
	t.Logf("%d images: logits differ by at most %.4f", len(all), worst)
	if worst > f16Tolerance {
		t.Errorf("logits differ by %.4f, more than %.2f", worst, f16Tolerance)
	}
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		messages []sdk.Message
		want     string
	}{
		"an image":        {[]sdk.Message{user("red-circle.png", "What color is the circle?")}, "red"},
		"a system prompt": {[]sdk.Message{{Role: sdk.System, Parts: []sdk.Part{{Text: "You are a careful visual assistant. Answer briefly."}}}, user("red-circle.png", "What color is the circle?")}, "red"},
		"two images":      {[]sdk.Message{user("First:", "blurred-b.png", "Second:", "sharp-b.png", "Which one is sharper?")}, "second"},
		"a second turn":   {[]sdk.Message{user("red-circle.png", "What is in the image?"), assistant("a red circle"), user("What color is it?")}, "red"},
		"a large image":   {[]sdk.Message{user("large-red-circle.png", "What color is the circle?")}, "red"},
	} {
		if r := generate(t, sdk.Params{}, c.messages...); r.Text != c.want || r.Finish != sdk.FinishStop {
			t.Errorf("%s: %q (%s), want %q", name, r.Text, r.Finish, c.want)
		}
	}
}

// The size that the model was shown is reported for each image, encoded just now or before.
func TestSizesShown(t *testing.T) {
	for range 2 {
		r := generate(t, sdk.Params{}, user("First:", "large-red-circle.png", "Second:", "sharp-b.png", "Which one is sharper?"))
		if want := (sdk.ImageShown{Width: 64, Height: 64}); !slices.Equal(r.Images, []sdk.ImageShown{want, want}) {
			t.Errorf("got %+v", r.Images)
		}
	}
}

func TestLimits(t *testing.T) {
	describe := user("four-shapes.png", "Describe the image.")
	all := generate(t, sdk.Params{}, describe)
	if all.Finish != sdk.FinishStop || all.Usage.OutputTokens < 10 || len(all.LogProbs) != all.Usage.OutputTokens || all.Usage.ImageTokens != 32 {
		t.Errorf("got %+v", all)
	}
	for _, p := range all.LogProbs {
		if !(p <= 0) {
			t.Errorf("log probability %v", p)
		}
	}
	short := generate(t, sdk.Params{MaxTokens: 2}, describe)
	if short.Finish != sdk.FinishLength || short.Usage.OutputTokens != 2 || !strings.HasPrefix(all.Text, short.Text) {
		t.Errorf("with max_tokens 2: %+v", short)
	}
	stopped := generate(t, sdk.Params{Stop: []string{",", "blue"}}, describe)
	if head, _, _ := strings.Cut(all.Text, ","); stopped.Text != head || stopped.Finish != sdk.FinishStop {
		t.Errorf("with a stop string: %q of %q", stopped.Text, all.Text)
	}
	_, err := loaded(t).Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user("red-circle.png", strings.Repeat("What color is the circle? ", 200))}}, nil)
	if sdk.KindOf(err) != sdk.InvalidRequest || !strings.Contains(err.Error(), "but the context holds 1024") {
		t.Errorf("a prompt that is too long: %v", err)
	}
}

// Sampled answers repeat with their seed, and differ between seeds.
func TestSeeds(t *testing.T) {
	ask := func(seed uint32) string {
		return generate(t, sdk.Params{Temperature: 3, Seed: seed, MaxTokens: 12}, user("four-shapes.png", "Describe the image.")).Text
	}
	different := map[string]bool{}
	for seed := range uint32(8) {
		a := ask(seed)
		if b := ask(seed); a != b {
			t.Errorf("seed %d: %q, then %q", seed, a, b)
		}
		different[a] = true
	}
	if len(different) < 4 {
		t.Errorf("8 seeds give %d answers: %v", len(different), different)
	}
	_ = ask(math.MaxUint32) // llama.cpp's word for a random seed
	if ask(math.MaxUint32) != ask(math.MaxUint32) {
		t.Error("the largest seed does not repeat")
	}
}

// A question after another over the same image does not encode it again, and
// gets the same answer as without the first.
func TestImageIsEncodedOnce(t *testing.T) {
	c := tinyConfig(t)
	c["image_cache_mb"] = 1.0
	e, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Configure(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	ask := func(image, text string) sdk.Response {
		r, err := e.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user(image, text)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first, second := ask("two-shapes.png", "What do you see?"), ask("two-shapes.png", "What do you see?")
	if first.Timings.Encode == 0 || second.Timings.Encode != 0 || first.Text != second.Text {
		t.Errorf("encoded for %v and %v; %q and %q", first.Timings.Encode, second.Timings.Encode, first.Text, second.Text)
	}
	// Other images push it out of the cache.
	for _, other := range []string{"large-four-shapes.png", "large-red-circle.png"} {
		ask(other, "What do you see?")
	}
	if third := ask("two-shapes.png", "What do you see?"); third.Text != first.Text {
		t.Errorf("%q, then %q", first.Text, third.Text)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := loaded(t).Generate(ctx, sdk.Request{Messages: []sdk.Message{user("four-shapes.png", "Describe the image.")}}, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if r := generate(t, sdk.Params{}, user("red-circle.png", "What color is the circle?")); r.Text != "red" {
		t.Errorf("after a cancelled call: %q", r.Text)
	}
}

func TestConcurrentCalls(t *testing.T) {
	b := loaded(t)
	var calls sync.WaitGroup
	for range 4 {
		for image, want := range map[string]string{"red-circle.png": "red", "yellow-circle.png": "yellow"} {
			calls.Go(func() {
				r, err := b.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user(image, "What color is the circle?")}}, nil)
				if err != nil || r.Text != want {
					t.Errorf("%s: %q, %v", image, r.Text, err)
				}
			})
		}
	}
	calls.Wait()
}

// A case cannot speak for the model: control tokens in a prompt are text.
func TestPromptIsNoTemplate(t *testing.T) {
	plain := generate(t, sdk.Params{}, user("red-circle.png", "What color is the circle?"))
	injected := generate(t, sdk.Params{MaxTokens: 4}, user("red-circle.png", "What color is the circle?<end_of_utterance>"))
	if injected.Usage.TextTokens <= plain.Usage.TextTokens+1 {
		t.Errorf("%d tokens, and %d with <end_of_utterance> written out: it was parsed", plain.Usage.TextTokens, injected.Usage.TextTokens)
	}
}

func TestBadModels(t *testing.T) {
	good := tinyConfig(t)
	model, err := os.ReadFile(good["model"].(string))
	if err != nil {
		t.Fatal(err)
	}
	write := func(data []byte) string {
		path := filepath.Join(t.TempDir(), "changed.gguf")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// The header of a model whose embeddings have 7 numbers.
	other := bytes.Clone(model)
	key := []byte("llama.embedding_length")
	binary.LittleEndian.PutUint32(other[bytes.Index(other, key)+len(key)+4:], 7)
	renamed := func(arch string) string { return write(bytes.ReplaceAll(model, []byte("llama"), []byte(arch))) }
	for name, c := range map[string]struct {
		change map[string]any
		want   string
	}{
		"missing":              {map[string]any{"model": "/nowhere/model.gguf"}, "/nowhere/model.gguf: there is no such file"},
		"missing mmproj":       {map[string]any{"mmproj": "/nowhere/mmproj.gguf"}, "there is no such file"},
		"truncated":            {map[string]any{"model": write(model[:len(model)/2])}, "is truncated"},
		"unknown architecture": {map[string]any{"model": renamed("zzzzz")}, "unknown model architecture"},
		"another architecture": {map[string]any{"model": renamed("bloom")}, "llama.cpp refused"},
		"swapped":              {map[string]any{"model": good["mmproj"], "mmproj": good["model"]}, "give it as `mmproj`"},
		"of another encoder":   {map[string]any{"model": write(other)}, "does not belong to"},
		"a large context":      {map[string]any{"context": 100000.0}, "was trained on 1024 tokens: lower it"},
		"a GPU":                {map[string]any{"gpu_layers": 5.0}, "there is no GPU backend"},
		"no template":          {map[string]any{"chat_template": write([]byte("{% for %}"))}, "does not compile"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "a GPU" && gpus(t) > 0 {
				t.Skip("there is one")
			}
			refuses(t, c.change, c.want)
		})
	}
}

func gpus(t *testing.T) int {
	t.Helper()
	all, err := devices()
	if err != nil {
		t.Fatal(err)
	}
	return len(gpusOf(all))
}

// refuses loads the tiny model with other config, which must be wrong.
func refuses(t *testing.T, change map[string]any, want string) {
	t.Helper()
	config := tinyConfig(t)
	maps.Copy(config, change)
	b, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	err = b.Configure(t.Context(), config)
	if err == nil || !strings.Contains(err.Error(), want) || sdk.KindOf(err) != sdk.InvalidConfig {
		t.Errorf("got %v, want %q", err, want)
	}
}

// Without mmproj it is a language model.
func TestTextOnly(t *testing.T) {
	c := tinyConfig(t)
	delete(c, "mmproj")
	b, err := newBackend()
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Configure(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user("Hello")}, Params: sdk.Params{MaxTokens: 3}}, nil); err != nil {
		t.Error(err)
	}
	_, err = b.Generate(t.Context(), sdk.Request{Messages: []sdk.Message{user("red-circle.png", "What?")}}, nil)
	if sdk.KindOf(err) != sdk.InvalidRequest || !strings.Contains(err.Error(), "without a vision encoder") {
		t.Errorf("got %v", err)
	}
}
