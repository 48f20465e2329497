//go:build llamacpp

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// question is a case of the benchmark: 100 of them, over the images of the
// example project.
type question struct{ image, prompt string }

func questions(b *testing.B) []question {
	b.Helper()
	images, err := filepath.Glob(shapes + "/*.png")
	if err != nil || len(images) == 0 {
		b.Fatal("no images: ", err)
	}
	prompts := []string{"Describe the image.", "How many shapes are there?", "Is there a red circle?", "Point to the circle.", "Rate the image quality from 1 to 5."}
	var all []question
	for i := range 100 {
		all = append(all, question{images[i/len(prompts)%len(images)], prompts[i%len(prompts)]})
	}
	return all
}

// What `vlmspec run` costs over a bare loop over the same prompts in the
// binding, both after start-up: the ratio of the two times, in turn, in one run.
func BenchmarkRunOverBareLoop(b *testing.B) {
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	all := questions(b)
	dir := benchProject(b, all)
	var ratios, bares []float64
	for b.Loop() {
		bare, run := bareLoop(b, all), runTime(b, filepath.Join(bin, "vlmspec"), dir)
		ratios, bares = append(ratios, run/bare), append(bares, bare)
	}
	slices.Sort(ratios)
	slices.Sort(bares)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(bares[len(bares)/2]/float64(len(all))*1e3, "bare-ms/case")
}

// bareLoop returns the seconds that the answers take, on a model just loaded.
func bareLoop(b *testing.B, all []question) float64 {
	b.Helper()
	m, err := newBackend()
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	if err := m.Configure(b.Context(), map[string]any{"model": models + "/shapes.gguf", "mmproj": models + "/shapes-mmproj.gguf"}); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for _, q := range all {
		req := sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Image: &sdk.Image{Path: q.image}}, {Text: q.prompt}}}}}
		if _, err := m.Generate(b.Context(), req, nil); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(start).Seconds()
}

func benchProject(b *testing.B, all []question) string {
	b.Helper()
	dir := b.TempDir()
	here, err := filepath.Abs(models)
	if err != nil {
		b.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	write("vlmspec.yaml", fmt.Sprintf("version: 1\nspecs: [spec.yaml]\nbackends:\n  tiny: {plugin: llamacpp, config: {model: %s/shapes.gguf, mmproj: %s/shapes-mmproj.gguf}}\n", here, here))
	var spec strings.Builder
	spec.WriteString("suite: s\ncases:\n")
	for i, q := range all {
		image, err := filepath.Abs(q.image)
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&spec, "  - {name: case %d, image: %s, prompt: %q, expect: [length: {min: 1}]}\n", i, image, q.prompt)
	}
	write("spec.yaml", spec.String())
	return dir
}

// runTime returns the seconds from the first question to the last verdict.
func runTime(b *testing.B, vlmspec, dir string) float64 {
	b.Helper()
	if err := os.RemoveAll(filepath.Join(dir, ".vlmspec")); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(vlmspec, "run", "-C", dir).CombinedOutput(); err != nil {
		b.Fatalf("%v:\n%s", err, out)
	}
	files, err := filepath.Glob(dir + "/.vlmspec/runs/*/cases.jsonl")
	if err != nil || len(files) != 1 {
		b.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		b.Fatal(err)
	}
	var first, last time.Time
	for in := bufio.NewScanner(bytes.NewReader(data)); in.Scan(); {
		var c struct {
			Started time.Time `json:"started"`
			Seconds float64   `json:"seconds"`
		}
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			b.Fatal(err)
		}
		if first.IsZero() || c.Started.Before(first) {
			first = c.Started
		}
		if end := c.Started.Add(time.Duration(c.Seconds * float64(time.Second))); end.After(last) {
			last = end
		}
	}
	return last.Sub(first).Seconds()
}
