package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

var update = flag.Bool("update", false, "write testdata anew")

// hostile is an answer that tries everything a reader of a report might obey.
const hostile = "red\x1b[2J\n::error::pwned\n[[ATTACHMENT|/etc/passwd]]\n```\n<script>alert(1)</script> ]]> \u202egnp.exe % |"

// example is a run with every outcome.
func example() *result.Run {
	start := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	circle := []result.Image{{Path: "images/circle.png", SHA256: "9c0e", Width: 64, Height: 48}}
	turn := func(answer string, v ...result.Verdict) []result.Turn {
		return []result.Turn{{Prompt: "<image>What color?", Answer: answer, Finish: "stop", Verdicts: v, Tokens: result.Tokens{Text: 9, Image: 16, Output: 2}}}
	}
	passed := result.Verdict{Kind: "equals", Outcome: result.Passed, Score: 1, Expected: "red", Actual: "red", File: "specs/a.yaml", Line: 7}
	failed := result.Verdict{Kind: "equals", Outcome: result.Failed, Expected: "red", Actual: hostile, Reason: "answer is not \"red\": " + hostile, File: "specs/a.yaml", Line: 12}
	sample := func(i int, o result.Outcome, turns []result.Turn) result.Sample {
		return result.Sample{Index: i, Seed: uint32(7 + i), Outcome: o, Turns: turns}
	}
	c := func(name, file string, line int, o result.Outcome, seconds float64, s ...result.Sample) result.Case {
		suite := strings.TrimSuffix(filepath.Base(file), ".yaml")
		out := result.Case{
			ID: suite + "/" + strings.ReplaceAll(name, " ", "-"), Suite: suite, Name: name, File: file, Line: line,
			Backend: "tiny", Images: circle, Outcome: o, Seconds: seconds, Samples: s, Labels: []string{"smoke"}, Require: "all",
		}
		if o == result.Passed {
			out.Score = 1
		}
		return out
	}
	cases := []result.Case{
		c("tells the color", "specs/a.yaml", 4, result.Passed, 0.012, sample(0, result.Passed, turn("red", passed))),
		c("is wrong", "specs/a.yaml", 9, result.Failed, 0.2, sample(0, result.Failed, turn(hostile, failed))),
		c("passes often enough", "specs/a.yaml", 14, result.Passed, 0.3,
			sample(0, result.Passed, turn("red", passed)), sample(1, result.Failed, turn("blue", failed)), sample(2, result.Passed, turn("red", passed))),
		c("passes too seldom", "specs/a.yaml", 20, result.Unstable, 0.3,
			sample(0, result.Passed, turn("red", passed)), sample(1, result.Failed, turn("blue", failed)), sample(2, result.Failed, turn("green", failed))),
		c("crashes", "specs/b.yaml", 4, result.Error, 1.5, result.Sample{
			Seed: 7, Outcome: result.Error, Turns: turn(""),
			Error:   &result.Fault{Kind: "crashed", Message: "backend tiny crashed", Stderr: "GGML_ASSERT(n < m) failed\n[[ATTACHMENT|x]]"},
			Retries: []result.Fault{{Kind: "crashed", Message: "backend tiny crashed"}},
		}),
		c("is left out", "specs/b.yaml", 8, result.Skipped, 0),
		c("cannot count", "specs/b.yaml", 12, result.XFailed, 0.1, sample(0, result.Failed, turn("blue", failed))),
		c("can count", "specs/b.yaml", 16, result.XPassed, 0.1, sample(0, result.Passed, turn("red", passed))),
		c("was accepted for another image", "specs/b.yaml", 20, result.Stale, 0.1, sample(0, result.Stale, turn("red", result.Verdict{
			Kind: "golden", Outcome: result.Stale, Expected: "red", Actual: "red", Reason: "image 1 has changed", File: "specs/b.yaml", Line: 22,
		}))),
	}
	cut := c("cannot be read", "specs/b.yaml", 40, result.Failed, 0.1, sample(0, result.Failed, turn("10:30", result.Verdict{
		Kind: "number", Outcome: result.Failed, Unread: true, Expected: "10", Actual: "10:30", Reason: "cannot be read: \"10:30\" is no number", File: "specs/b.yaml", Line: 42,
	})))
	cut.CutOff, cut.Samples[0].Turns[0].Finish = 1, "length"
	cases = append(cases, cut)
	quarantine := func(o, without result.Outcome, expired bool) *result.Quarantine {
		cases = append(cases, c("is quarantined", "specs/b.yaml", 24+4*len(cases), o, 0.1, sample(0, result.Failed, turn("blue", failed))))
		last := &cases[len(cases)-1]
		last.ID, last.Reason = fmt.Sprintf("b/it's quarantined %t", !expired), "equals: answer is \"blue\", not \"red\""
		last.Quarantine = &result.Quarantine{Until: "2026-02-14", Reason: "flaky, see #12", File: "quarantine.yaml", Line: 3, Outcome: without, Expired: expired}
		return last.Quarantine
	}
	quarantine(result.Quarantined, result.Failed, false)
	quarantine(result.Failed, result.Failed, true).Until = "2026-01-30"
	cases[0].Cached, cases[0].Samples[0].Cached, cases[0].Samples[0].Turns[0].Cached = true, true, true
	cases[1].Samples[0].Turns[0].CachedImages = 1
	cases[3].Samples[1].Cached = true
	cases[7].Samples[0].Turns[0].Verdicts = []result.Verdict{{Kind: "judge", Outcome: result.Passed, Judge: &result.Judge{Backend: "grader", Cached: true}}}
	cases[1].Reason = "equals: " + failed.Reason
	cases[1].Siblings = 2
	cases[1].Samples[0].Turns[0].Reasoning = "Is it red?\n" + hostile
	cases[1].ID = "a/it's-wrong"
	cases[3].Reason = "1 of 3 samples passed, 2 needed; equals: answer is not \"red\""
	cases[4].Reason = "backend tiny crashed"
	cases[5].Reason = "the camera is broken"
	cases[6].XFail = "too small a model"
	cases[7].Reason = "it passes, and is marked xfail: too small a model; remove the mark"
	cases[8].Reason = "golden: image 1 has changed"
	return &result.Run{
		Manifest: result.Manifest{
			ID: "20260131T120000.000Z-abcdef", Version: "0.1.0", Project: "/project", Host: result.Host{Name: "ci", OS: "linux", Arch: "amd64", CPUs: 2},
			Backends: map[string]result.Backend{"tiny": {Plugin: "llamacpp", Model: "sm|ol", ModelDigest: "sha256:77", Device: "cpu"}},
			Selected: 14, Total: 20, Started: start, Ended: start.Add(2500 * time.Millisecond), Interrupted: true, Seed: 42,
		},
		Cases: cases,
		Gates: []result.Gate{
			{Suite: "a", Backend: "tiny", Name: "accuracy", Metric: "accuracy", File: "specs/a.yaml", Line: 30, Value: new(0.93), Low: new(0.85), High: new(0.97), Confidence: new(0.95), Min: new(0.9), Cases: 80, Outcome: result.Inconclusive, Reason: "the interval from 0.85 to 0.97 holds 0.9: needs about 300 more cases"},
			{Suite: "a", Backend: "tiny", Name: "srcc of score against mos", Metric: "srcc", Of: "score", Against: "mos", File: "specs/a.yaml", Line: 31, Value: new(0.8), Cases: 80, Labels: []result.LabelValue{{Label: "slow", Cases: 40, Value: 0.7}, {Label: "smoke", Cases: 40, Value: 0.9}}},
			{Suite: "b", Backend: "tiny", Name: "f1", Metric: "f1", Of: "yes_no", File: "specs/b.yaml", Line: 30, Min: new(0.5), Cases: 2, Outcome: result.Error, Reason: "f1 is not defined: nothing is yes, neither expected nor answered"},
			{Suite: "b", Backend: "tiny", Name: "mean", Metric: "mean", File: "specs/b.yaml", Line: 31, Max: new(0.5), Cases: 2, Outcome: result.Skipped, Reason: "2 of the suite's 5 cases ran"},
		},
	}
}

//go:fix inline

func TestFormats(t *testing.T) {
	t.Setenv("GITHUB_STEP_SUMMARY", "")
	t.Setenv("GITHUB_WORKSPACE", "/")
	for _, f := range Formats() {
		if f.Name == "html" {
			continue // most of it is the page, which runner/web tests
		}
		t.Run(f.Name, func(t *testing.T) {
			var b bytes.Buffer
			if err := f.Write(&b, example()); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", f.Name+".golden")
			if *update {
				if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("changed; look at it, then -update:\n%s", diff)
			}
			for _, bad := range []string{"\x1b", "\u202e", "\n::error::pwned"} {
				if f.Name != "json" && f.Name != "junit" && f.Name != "csv" && strings.Contains(b.String(), bad) {
					t.Errorf("%q came through", bad)
				}
			}
		})
	}
}

func TestJSONIsTheRun(t *testing.T) {
	var b bytes.Buffer
	if err := writeJSON(&b, example()); err != nil {
		t.Fatal(err)
	}
	var again result.Run
	if err := json.Unmarshal(b.Bytes(), &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(example(), &again); diff != "" {
		t.Error(diff)
	}
}

// A report that could not be written leaves what was there.
func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out", "report.md")
	if err := writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, "old"); return err }); err != nil {
		t.Fatal(err)
	}
	err := writeFile(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "ne")
		return io.ErrShortWrite
	})
	if data, _ := os.ReadFile(path); err == nil || string(data) != "old" {
		t.Errorf("%v, %q", err, data)
	}
	if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
		t.Errorf("left behind: %v", files)
	}
	if runtime.GOOS == "linux" {
		target, _ := ParseTarget("json=/dev/full", "")
		if _, err := target.Write(io.Discard, example()); err == nil || !strings.Contains(err.Error(), "write the json report: ") || !strings.Contains(err.Error(), "no space left on device") {
			t.Errorf("got %v", err)
		}
	}
}

func TestParseTarget(t *testing.T) {
	for _, c := range []struct{ in, path, err string }{
		{"junit", "/p/out/junit.xml", ""},
		{"junit=x.xml", "x.xml", ""},
		{"junit=-", "", ""},
		{"github", "", ""},
		{"junit=", "", "has no path after ="},
		{"juint", "", "did you mean junit?"},
		{"pdf", "", "known: codequality, console, csv"},
	} {
		got, err := ParseTarget(c.in, "/p")
		if c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)) || c.err == "" && (err != nil || got.Path != c.path) {
			t.Errorf("%s: %q, %v", c.in, got.Path, err)
		}
	}
}

func TestSummaryOfGitHub(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	t.Setenv("GITHUB_STEP_SUMMARY", path)
	run := example()
	for range 2 {
		if err := writeGitHub(io.Discard, run); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("## vlmspec: ")) != 2 {
		t.Errorf("%v:\n%s", err, data)
	}
	// More than GitHub takes is left out.
	if err := os.WriteFile(path, make([]byte, maxSummary), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeGitHub(io.Discard, run); err != nil {
		t.Fatal(err)
	}
	data, _ = os.ReadFile(path)
	if tail := string(data[maxSummary:]); !strings.HasPrefix(tail, "**vlmspec:** 3 failed") || len(tail) > 200 {
		t.Errorf("got %q", tail)
	}
	for range 30 {
		run.Cases = append(run.Cases, run.Cases[1])
	}
	var b strings.Builder
	if err := writeGitHub(&b, run); err != nil || strings.Count(b.String(), "::error ") != maxAnnotations || !strings.Contains(b.String(), "::notice title=vlmspec::29 more") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"a\x1b[0mb": `a\x1b[0mb`, "gr\xfcn": `gr\xfcn`, "\ufffd": "\ufffd", "a\u202eb": `a\u202eb`, "a\tb\n": "a\tb\n", "日本": "日本"} {
		if got := Visible(in); got != want {
			t.Errorf("visible(%q) = %q", in, got)
		}
	}
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"日本語", 5, "日本…"}, {"a\nb", 9, "a⏎b"}, {"e\u0301e\u0301", 2, "e\u0301e\u0301"}} {
		if got := oneLine(c.in, c.n); got != c.want {
			t.Errorf("oneLine(%q, %d) = %q", c.in, c.n, got)
		}
	}
	for s, want := range map[float64]string{0: "0 µs", 0.0002: "200 µs", 0.01234: "12 ms", 1.25: "1.2 s", 75: "75.0 s", 200: "3 min 20 s"} {
		if got := seconds(s); got != want {
			t.Errorf("seconds(%v) = %q", s, got)
		}
	}
	if got, want := wrapped("one two  three\nfour", 7), "one two\n three\nfour"; got != want {
		t.Errorf("wrapped: %q", got)
	}
	if got := quoted("it's $HOME"); got != `'it'\''s $HOME'` {
		t.Errorf("quoted: %s", got)
	}
}

var escapes = regexp.MustCompile("\x1b\\[[0-9;]*[a-zA-Z]")

// On a terminal the live part goes away; what stays is what is not good, and the summary.
func TestConsoleOnATerminal(t *testing.T) {
	run := example()
	var b bytes.Buffer
	c := NewConsole(&b, ConsoleOptions{Color: true, Columns: 100, From: "/project/sub"})
	c.Event(event.RunStarted{Manifest: run.Manifest})
	for i := range run.Cases {
		sample := event.Sample{Case: run.Cases[i].ID}
		c.Event(event.SampleStarted{Sample: sample})
		c.mu.Lock()
		c.paint()
		c.mu.Unlock()
		c.Event(event.SampleEnded{Sample: sample})
		c.mu.Lock()
		c.erase()
		c.mu.Unlock()
		c.Event(event.CaseJudged{Case: &run.Cases[i]})
	}
	for _, g := range run.Gates {
		c.Event(event.GateJudged{Gate: g})
	}
	c.Event(event.RunEnded{Manifest: run.Manifest})
	c.End([]string{"/project/sub/out/junit.xml"})
	text := b.String()
	if up, down := strings.Count(text, "A\x1b[J"), c.drawn; up == 0 || down != 0 {
		t.Errorf("the live part was erased %d times, %d lines are left", up, down)
	}
	plain := escapes.ReplaceAllString(text, "")
	for _, want := range []string{
		"✗ failed a › is wrong", "vlmspec run ../specs/a.yaml:9 -k 'a/it'\\''s-wrong' --backend tiny --seed 7", "━━", "cases/s",
		"12 cases: 3 failed, 1 unstable, 1 error, 1 xpassed, 1 stale, 2 passed, 1 xfailed, 1 quarantined, 1 skipped",
		"left out 2 cases did not run: the run was interrupted", "order    shuffled; the same again with --shuffle=42",
		"slowest  specs/b.yaml:4  crashes  1.5 s", "report   out/junit.xml",
	} {
		if !strings.Contains(plain, want) {
			t.Errorf("no %q in:\n%s", want, plain)
		}
	}
}

// A spec outside of the checkout keeps the name that it has in its project: GitHub
// would drop an annotation of ../x.
func TestAnnotationOutsideTheWorkspace(t *testing.T) {
	run := &result.Run{Manifest: result.Manifest{Project: "/checkout/sub"}}
	for workspace, want := range map[string]string{
		"":                "specs/a.yaml",
		"/checkout":       "sub/specs/a.yaml",
		"/":               "checkout/sub/specs/a.yaml",
		"/elsewhere":      "specs/a.yaml",
		"/checkout/other": "specs/a.yaml",
		"relative":        "specs/a.yaml",
	} {
		t.Setenv("GITHUB_WORKSPACE", workspace)
		if got := inWorkspace(run, "specs/a.yaml"); got != want {
			t.Errorf("in %q: %s, want %s", workspace, got, want)
		}
	}
}

// Jenkins counts a rerun as a failure, so a case that does not gate has none.
func TestJUnitReruns(t *testing.T) {
	failed := result.Sample{Outcome: result.Failed}
	for outcome, want := range map[result.Outcome][]string{
		result.Failed:      {"rerunFailure"},
		result.Unstable:    {"rerunFailure"},
		result.Passed:      {"flakyFailure", "flakyFailure"},
		result.XPassed:     {"flakyFailure", "flakyFailure"},
		result.XFailed:     nil,
		result.Quarantined: nil,
	} {
		c := &result.Case{Outcome: outcome, Samples: []result.Sample{failed, {Outcome: result.Passed}, failed}}
		if outcome == result.Quarantined {
			c.Quarantine = &result.Quarantine{Outcome: result.Failed}
		}
		var got []string
		for _, r := range junitReruns(c) {
			got = append(got, r.XMLName.Local)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", outcome, got, want)
		}
	}
}
