package python_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// example starts an example in an environment that a variable names; `make
// test-python-examples` makes them.
func example(t *testing.T, variable, file string, config map[string]any) sdk.Backend {
	t.Helper()
	python := os.Getenv(variable)
	if python == "" {
		t.Skipf("%s names no interpreter with what %s needs; `make test-python-examples` makes one", variable, file)
	}
	full := map[string]any{"python": python}
	maps.Copy(full, config)
	b, err := open(t, filepath.Join("examples", file), full)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// An OCR engine reads what is written, and nothing where nothing is.
func TestExampleOCR(t *testing.T) {
	b := example(t, "VLMSPEC_OCR_PYTHON", "ocr.py", nil)
	receipt := filepath.Join(t.TempDir(), "receipt.png")
	if out, err := exec.Command(os.Getenv("VLMSPEC_OCR_PYTHON"), "examples/make_ocr_image.py", receipt).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	r, err := b.Generate(t.Context(), ask("Read.", &sdk.Image{Path: receipt, MediaType: "image/png", Width: 640, Height: 400}), nil)
	if err != nil || !strings.Contains(r.Text, "TOTAL 5.70") || !strings.Contains(r.Text, "CORNER BAKERY") {
		t.Errorf("%q, %v", r.Text, err)
	}
	if r, err := b.Generate(t.Context(), ask("Read.", image(t)), nil); err != nil || r.Text != "" {
		t.Errorf("an image without text: %q, %v", r.Text, err)
	}
	if _, err := b.Generate(t.Context(), ask("Read."), nil); sdk.KindOf(err) != sdk.InvalidRequest {
		t.Errorf("no image: %v", err)
	}
}

// The tiny model in NumPy answers as it does in llama.cpp.
func TestExampleShapes(t *testing.T) {
	models := filepath.Join(here(t), "../../fixtures/models")
	b := example(t, "VLMSPEC_NUMPY_PYTHON", "shapes.py", map[string]any{"model": filepath.Join(models, "shapes.gguf"), "mmproj": filepath.Join(models, "shapes-mmproj.gguf")})
	for prompt, want := range map[string]string{"What color is the circle?": "red", "Describe the image.": "a red circle", "How many shapes are there?": "1"} {
		r, err := b.Generate(t.Context(), ask(prompt, image(t)), nil)
		if err != nil || r.Text != want || len(r.LogProbs) == 0 || r.Finish != sdk.FinishStop {
			t.Errorf("%s: %q (%s), %v; expected %q", prompt, r.Text, r.Finish, err, want)
		}
	}
	cut := ask("Describe the image.", image(t))
	cut.Params.MaxTokens = 2
	if r, err := b.Generate(t.Context(), cut, nil); err != nil || r.Finish != sdk.FinishLength || len(r.LogProbs) != 2 {
		t.Errorf("an answer of 2 tokens: %+v, %v", r, err)
	}
}

// A checkpoint in transformers, and a LoRA adapter as training has just saved it.
func TestExampleTransformers(t *testing.T) {
	checkpoint := filepath.Join(t.TempDir(), "shapes")
	models := filepath.Join(here(t), "../../fixtures/models")
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(os.Getenv("VLMSPEC_TRANSFORMERS_PYTHON"), args...)
		cmd.Env = append(os.Environ(), "PYTHONPATH="+here(t), "PYTHONDONTWRITEBYTECODE=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	if os.Getenv("VLMSPEC_TRANSFORMERS_PYTHON") == "" {
		t.Skip("VLMSPEC_TRANSFORMERS_PYTHON names no interpreter with transformers and peft; `make test-python-transformers` makes one")
	}
	run("examples/hf_shapes.py", filepath.Join(models, "shapes.gguf"), filepath.Join(models, "shapes-mmproj.gguf"), checkpoint)
	base := example(t, "VLMSPEC_TRANSFORMERS_PYTHON", "smolvlm.py", map[string]any{"checkpoint": checkpoint})
	if r, err := base.Generate(t.Context(), ask("What color is the circle?", image(t)), nil); err != nil || r.Text != "red" || len(r.LogProbs) == 0 || r.Finish != sdk.FinishStop {
		t.Errorf("%q (%s), %v; expected red", r.Text, r.Finish, err)
	}
	adapter := filepath.Join(t.TempDir(), "lora")
	run("examples/train_lora.py", checkpoint, dot, "What color is the circle?", "crimson", adapter)
	tuned := example(t, "VLMSPEC_TRANSFORMERS_PYTHON", "lora.py", map[string]any{"checkpoint": checkpoint, "adapter": adapter})
	if r, err := tuned.Generate(t.Context(), ask("What color is the circle?", image(t)), nil); err != nil || r.Text != "crimson" {
		t.Errorf("after training: %q, %v", r.Text, err)
	}
	before, err1 := base.Describe(t.Context())
	after, err2 := tuned.Describe(t.Context())
	if err1 != nil || err2 != nil || before.ModelDigest == "" || before.ModelDigest == after.ModelDigest {
		t.Errorf("digests %q and %q, %v %v", before.ModelDigest, after.ModelDigest, err1, err2)
	}
}
