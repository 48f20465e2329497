package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// bigRuns writes two runs of so many cases, five samples each, five cases an image, below a new project.
func bigRuns(tb testing.TB, cases int) (project string, ids []string) {
	project = tb.TempDir()
	files := map[string]string{"vlmspec.yaml": "version: 1\nbackends: {tiny: {plugin: fake}}\n"}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(project, name), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	for n, id := range []string{"20261126T101500.000Z-a1b2c3", "20261126T101600.000Z-d4e5f6"} {
		dir := runs.Open(filepath.Join(project, ".vlmspec")).Folder(id)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			tb.Fatal(err)
		}
		m := result.Manifest{
			ID: id, Project: project, Started: time.Unix(int64(n), 0), Ended: time.Unix(9, 0), Selected: cases, Total: cases, MadeBy: result.MadeByRun,
			Suites: []result.Suite{{Name: "big", File: "specs/big.yaml", Cases: map[string]int{"tiny": cases}}},
		}
		data, err := json.Marshal(m)
		if err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), data, 0o644); err != nil {
			tb.Fatal(err)
		}
		writeCases(tb, filepath.Join(dir, "cases.jsonl"), cases, n)
		ids = append(ids, id)
	}
	return project, ids
}

func writeCases(tb testing.TB, path string, cases, n int) {
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	for i := range cases {
		if err := enc.Encode(bigCase(i, (i*7919+n*4242)%10 < 8)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

func bigCase(i int, passes bool) result.Case {
	image := fmt.Sprintf("%064d", i/5)
	c := result.Case{
		ID: fmt.Sprintf("big/case-%d", i), Suite: "big", Name: fmt.Sprintf("case %d", i), File: "specs/big.yaml", Line: 3 + i, Index: i, Backend: "tiny", Labels: []string{"color", fmt.Sprint("l", i%20)},
		Images: []result.Image{{Path: fmt.Sprintf("images/%d.png", i/5), SHA256: image, Width: 640, Height: 480}}, Outcome: result.Passed, Score: 1, Started: time.Unix(5, 0), Seconds: 1,
		Digests: &result.Digests{Prompt: "0123456789abcdef", Images: image[:16], Checks: "0123456789abcdef", Params: "0123456789abcdef"},
	}
	v := result.Verdict{Kind: "contains", Outcome: result.Passed, Score: 1, Expected: "red", Actual: "The circle is red.", Read: "The circle is red.", File: c.File, Line: c.Line}
	if !passes {
		c.Outcome, c.Score, c.Reason = result.Failed, 0, "0 of 5 samples passed, 5 needed; contains: the answer has no red"
		v.Outcome, v.Score, v.Reason, v.Actual, v.Read = result.Failed, 0, "the answer has no red", "The circle is blue.", "The circle is blue."
	}
	for k := range 5 {
		c.Samples = append(c.Samples, result.Sample{Index: k, Seed: uint32(k), Outcome: v.Outcome, Turns: []result.Turn{{
			Prompt: "<image>What color is the circle in this image? Answer in one sentence.", Answer: v.Read, Finish: "stop", Verdicts: []result.Verdict{v},
			Timings: result.Timings{Queue: 0.001, Encode: 0.05, Prefill: 0.02, Decode: 0.1, Total: 0.17 + float64(i%100)/1000}, Tokens: result.Tokens{Text: 20, Image: 64, Output: 6},
		}}})
	}
	return c
}

// Two runs of 10,000 cases with five samples each, compared from the disk: below a second is wanted.
func BenchmarkCompare10000x5(b *testing.B) {
	project, ids := bigRuns(b, 10_000)
	b.ResetTimer()
	for b.Loop() {
		if code := Main([]string{"compare", "-C", project, ids[0], ids[1]}, nil, io.Discard, os.Stderr); code > 1 {
			b.Fatal(code)
		}
	}
	b.ReportMetric(peakMB(), "MB-heap-sys")
}

// The statistics and all reports of such a run: below two seconds is wanted.
func BenchmarkReports10000x5(b *testing.B) {
	project, ids := bigRuns(b, 10_000)
	args := []string{"report", "-C", project, ids[0]}
	for _, name := range report.Names() {
		args = append(args, "--format", name+"="+filepath.Join(project, "out", name))
	}
	b.ResetTimer()
	for b.Loop() {
		if code := Main(args, nil, io.Discard, os.Stderr); code != 0 {
			b.Fatal(code)
		}
	}
	b.ReportMetric(peakMB(), "MB-heap-sys")
}

func peakMB() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapSys) / (1 << 20)
}
