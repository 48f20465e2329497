package main

import (
	"strings"
	"testing"
)

const printed = `goos: linux
cpu: A processor
BenchmarkRunOverBareLoop/tiny
BenchmarkRunOverBareLoop/tiny-2         	       3	3152980403 ns/op	        13.97 bare-ms/case	         1.069 ratio	        14.93 run-ms/case
BenchmarkManyPrompts/smolvlm-256m       	       1	512331846795 ns/op	      1621 bare-s	       346.9 run-s	         4.673 times
BenchmarkRoundTrip-16  	    5000	    203112 ns/op
BenchmarkManyPromptsOverOllama
BenchmarkManyPromptsOverOllama/tiny
    bench_ollama_test.go:45: no ollama here
--- SKIP: BenchmarkManyPromptsOverOllama/tiny
PASS
`

func TestRows(t *testing.T) {
	m, err := read(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	if m.cpu != "A processor" {
		t.Errorf("the processor is %q", m.cpu)
	}
	for _, want := range []struct{ benchmark, value, verdict string }{
		{"RunOverBareLoop/tiny", "1.07 times (14.9 over 14 ms a case)", "at most 1.05, missed"},
		{"ManyPrompts/smolvlm-256m", "4.67 times faster (347 s instead of 1621 s)", "at least 4, met"},
		{"RoundTrip", "0.203 ms", ""},
		{"ManyPromptsOverOllama/tiny", "not measured: no ollama here", "at least 1.5"},
		{"Soak/tiny", "not measured", "at most 5"},
	} {
		found := false
		for _, r := range rows {
			if r.benchmark != want.benchmark {
				continue
			}
			found = true
			if got := r.value(m); got != want.value {
				t.Errorf("%s: %q, not %q", r.benchmark, got, want.value)
			}
			if got := r.verdict(m); got != want.verdict {
				t.Errorf("%s: %q, not %q", r.benchmark, got, want.verdict)
			}
		}
		if !found {
			t.Errorf("no row shows %s", want.benchmark)
		}
	}
}

func TestPageShowsEveryRow(t *testing.T) {
	m, err := read(strings.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	text := page("a machine, commit abc", m)
	for _, r := range rows {
		if !strings.Contains(text, "| "+r.name+" | "+r.value(m)+" |") || !strings.Contains(text, "- **"+r.name+".** ") {
			t.Errorf("the page does not show and explain %q", r.name)
		}
	}
	if !strings.Contains(text, "a machine, commit abc") {
		t.Error("the page does not say where it was measured")
	}
}
