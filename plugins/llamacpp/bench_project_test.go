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
	"strings"
	"testing"
	"time"
)

// project is a folder with a vlmspec.yaml to run workloads in.
type project struct {
	dir, vlmspec string
	subject      subject
}

func newProject(b *testing.B, s subject) project {
	b.Helper()
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	return project{dir: b.TempDir(), vlmspec: filepath.Join(bin, "vlmspec"), subject: s}
}

func (p project) write(b *testing.B, name, text string) {
	b.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
}

// run answers a workload with `vlmspec run`. What it takes is counted from the
// first question to the last verdict, so without the start of processes.
// Image embeddings are cached in a folder.
func (p project) run(b *testing.B, all []question, images string) answered {
	b.Helper()
	p.write(b, "vlmspec.yaml", fmt.Sprintf(
		"version: 1\nspecs: [spec.yaml]\nbackends:\n  model: {plugin: llamacpp, config: {model: %q, mmproj: %q, max_tokens: %d, threads: %d, gpu_layers: 0, image_cache_dir: %q}}\n",
		p.subject.model, p.subject.mmproj, maxTokens, p.subject.threads, images))
	var spec strings.Builder
	spec.WriteString("suite: s\ntimeout: 1h\ncases:\n")
	for i, q := range all {
		fmt.Fprintf(&spec, "  - {name: case %d, image: %q, prompt: %q, expect: [length: {min: 0}]}\n", i, q.image, q.prompt)
	}
	p.write(b, "spec.yaml", spec.String())
	if err := os.RemoveAll(filepath.Join(p.dir, ".vlmspec")); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(p.vlmspec, "run", "-C", p.dir).CombinedOutput(); err != nil {
		b.Fatalf("%v:\n%s", err, out)
	}
	a, n := p.recorded(b)
	if n != len(all) {
		b.Fatalf("%d cases were recorded, not %d", n, len(all))
	}
	return a
}

// recorded reads the record of the only run, and how many cases it has.
func (p project) recorded(b *testing.B) (a answered, cases int) {
	b.Helper()
	files, err := filepath.Glob(p.dir + "/.vlmspec/runs/*/cases.jsonl")
	if err != nil || len(files) != 1 {
		b.Fatal(files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		b.Fatal(err)
	}
	var first, last time.Time
	for in := bufio.NewScanner(bytes.NewReader(data)); in.Scan(); cases++ {
		var c struct {
			Started time.Time `json:"started"`
			Seconds float64   `json:"seconds"`
			Samples []struct {
				Turns []struct {
					Tokens  struct{ Output int }
					Timings struct{ Encode float64 }
				}
			}
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
		a.tokens += c.Samples[0].Turns[0].Tokens.Output
		a.encode += c.Samples[0].Turns[0].Timings.Encode
	}
	a.seconds = last.Sub(first).Seconds()
	return a, cases
}
