package golden

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// answered is a run with the case s/a that answered the texts, each to a
// sample, and what its golden check said of them.
func answered(state result.GoldenState, texts ...string) *result.Run {
	c := result.Case{
		ID: "s/a", Suite: "s", Name: "a", File: "specs/s.yaml", Line: 3, Backend: "tiny", Params: map[string]any{"max_tokens": 48.0},
		Images: []result.Image{{Path: "a.png", SHA256: hex, Width: 100, Height: 50}},
	}
	for i, text := range texts {
		v := golden(state, result.Failed, text)
		c.Samples = append(c.Samples, result.Sample{
			Index: i, Seed: uint32(i), Outcome: result.Failed,
			Turns: []result.Turn{{Prompt: "<image>What?", Answer: text, Verdicts: []result.Verdict{v}}},
		})
	}
	return &result.Run{
		Manifest: result.Manifest{ID: "r1", Backends: map[string]result.Backend{"tiny": {ModelDigest: "sha256:77"}}},
		Cases:    []result.Case{c},
	}
}

// golden is what a golden check says of a text.
func golden(state result.GoldenState, o result.Outcome, text string) result.Verdict {
	return result.Verdict{
		Kind: check.GoldenKind, Outcome: o, Reason: "for people only", Actual: "shortened", Read: text,
		Golden: &result.Golden{State: state, Prompt: check.PromptDigest("<image>What?")},
	}
}

// reviewed is a project with a golden file and pending answers.
func reviewed(t *testing.T, content string, runs ...*result.Run) (*Review, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "golden", "s.yaml")
	if content != "" {
		write(t, file, content)
	}
	for _, run := range runs {
		if err := Keep(dir, FromRun(run), UpdateChanged); err != nil {
			t.Fatal(err)
		}
	}
	r, err := OpenReview(&spec.Project{Dir: dir, State: dir, Golden: filepath.Join(dir, "golden")})
	if err != nil {
		t.Fatal(err)
	}
	r.By, r.Now = "Ann", func() time.Time { return time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC) }
	return r, file
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// only is the one pending answer.
func only(t *testing.T, r *Review) Pending {
	t.Helper()
	all := r.Pending()
	if len(all) != 1 {
		t.Fatalf("%d answers are pending", len(all))
	}
	return all[0]
}

func TestReviewNew(t *testing.T) {
	r, file := reviewed(t, "", answered(New, "red", "Red.", "blue"))
	p := only(t, r)
	if p.Why != New || p.Answer() != "red" || p.Agree != 2 || len(p.Samples) != 3 || p.Minority() {
		t.Errorf("%+v", p)
	}
	if err := r.Accept(p); err != nil {
		t.Fatal(err)
	}
	want := `s/a:
  answers:
    - red
  prompt: ` + check.PromptDigest("<image>What?") + `
  images: [` + hex + `]
  backend: tiny
  model: sha256:77
  params: {max_tokens: 48}
  by: Ann
  at: 2026-02-01T12:00:00Z
`
	if diff := cmp.Diff(want, content(t, file)); diff != "" {
		t.Error(diff)
	}
	if n := len(r.Pending()); n != 0 {
		t.Errorf("%d answers are still pending", n)
	}
	// Taking it back leaves no file, and the answer pending, here and on disk.
	if back, err := r.Undo(); err != nil || len(back) != 1 || back[0].Key() != "s/a" {
		t.Fatal(back, err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	only(t, r)
	if _, err := r.Undo(); !errors.Is(err, ErrNothingToUndo) {
		t.Error(err)
	}
}

func TestReviewChanged(t *testing.T) {
	before := "# ours\ns/a: {answers: [red], by: Bob} # terse\n"
	r, file := reviewed(t, before, answered(Changed, "crimson"))
	p := only(t, r)
	if old, ok := r.Accepted(p); p.Why != Changed || !ok || old.By != "Bob" {
		t.Errorf("%+v %+v", p, old)
	}
	tests := map[string]struct {
		do   func() error
		want Entry
	}{
		"accept": {func() error { return r.Accept(p) }, Entry{Answers: []string{"crimson"}}},
		"add":    {func() error { return r.Add(p) }, Entry{Answers: []string{"red", "crimson"}}},
		"loosen": {func() error { return r.Loosen(p, Tolerance{"length": map[string]any{"max": 9.0}}) }, Entry{Answers: []string{"red"}, Tolerance: []Tolerance{{"length": map[string]any{"max": 9.0}}}}},
		"reject": {func() error { return r.Reject(p) }, Entry{Answers: []string{"red"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if err := test.do(); err != nil {
				t.Fatal(err)
			}
			if n := len(r.Pending()); n != 0 {
				t.Errorf("%d answers are still pending", n)
			}
			for range 2 {
				e, _ := r.Accepted(p)
				if diff := cmp.Diff(test.want, Entry{Answers: e.Answers, Tolerance: e.Tolerance}); diff != "" {
					t.Error(diff)
				}
				if err := r.Reload(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := r.Undo(); err != nil || content(t, file) != before {
				t.Errorf("taken back: %v, to %q", err, content(t, file))
			}
			only(t, r)
		})
	}
}

func TestReviewMinority(t *testing.T) {
	r, _ := reviewed(t, "", answered(New, "one", "two", "three", "two"))
	p := only(t, r)
	if p.Answer() != "two" || p.Agree != 2 {
		t.Errorf("%+v", p)
	}
	few, ok := errors.AsType[*MinorityError](r.Accept(p))
	if !ok || few.Error() != `s/a: only 2 of 4 samples say "two"; such an answer must be confirmed` {
		t.Fatal(few)
	}
	p.Confirmed = true
	if err := r.Accept(p); err != nil {
		t.Error(err)
	}
}

// What is accepted already is not pending, though most samples say it.
func TestReviewUnstable(t *testing.T) {
	run := answered(Changed, "red", "blue", "red", "red")
	for i, s := range run.Cases[0].Samples {
		if s.Turns[0].Answer == "red" {
			run.Cases[0].Samples[i].Turns[0].Verdicts[0] = golden(Same, result.Passed, "red")
		}
	}
	r, _ := reviewed(t, "s/a: {answers: [red]}\n", run)
	if p := only(t, r); p.Answer() != "blue" || p.Agree != 1 || !p.Minority() || p.Command() != "vlmspec accept --alternative --minority s/a" {
		t.Errorf("%+v, %s", p, p.Command())
	}
}

// A file that somebody else writes to is never written over.
func TestReviewChangedOnDisk(t *testing.T) {
	r, file := reviewed(t, "s/a: {answers: [red]}\n", answered(Changed, "crimson"))
	p := only(t, r)
	theirs := "s/a: {answers: [scarlet]} # by hand\n"
	write(t, file, theirs)
	for name, do := range map[string]func(...Pending) error{"accept": r.Accept, "add": r.Add} {
		err := do(p)
		if _, ok := errors.AsType[*yamledit.ChangedError](err); !ok || content(t, file) != theirs {
			t.Errorf("%s: %v, %q", name, err, content(t, file))
		}
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	if old, _ := r.Accepted(only(t, r)); old.Answers[0] != "scarlet" {
		t.Errorf("after reloading: %+v", old)
	}
	if err := r.Add(p); err != nil {
		t.Fatal(err)
	}
	write(t, file, content(t, file)+"# more\n")
	_, err := r.Undo()
	if _, ok := errors.AsType[*yamledit.ChangedError](err); !ok {
		t.Errorf("undo: %v", err)
	}
	// A file that is deleted does not come back, nor does one that has come.
	if err := errors.Join(r.Reload(), os.Remove(file), Keep(filepath.Dir(filepath.Dir(file)), FromRun(answered(Changed, "pink")), UpdateChanged)); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*yamledit.ChangedError](r.Accept(p)); !ok || there(file) {
		t.Error("a deleted file came back")
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	write(t, file, theirs)
	if _, ok := errors.AsType[*yamledit.ChangedError](r.Accept(p)); !ok || content(t, file) != theirs {
		t.Error("a new file was written over")
	}
}

func TestRejectedStaysSo(t *testing.T) {
	run := func(text string) *result.Run { return answered(Changed, text) }
	r, file := reviewed(t, "s/a: {answers: [red]}\n", run("blue"))
	dir := filepath.Dir(filepath.Dir(file))
	if err := r.Reject(only(t, r)); err != nil {
		t.Fatal(err)
	}
	if rejected := r.Rejected(); len(rejected) != 1 || rejected[0].Answer() != "blue" {
		t.Errorf("rejected: %+v", rejected)
	}
	for _, step := range []struct {
		answer  string
		mode    Update
		pending int
	}{{"Blue.", UpdateChanged, 0}, {"blue", UpdateMissing, 0}, {"green", UpdateChanged, 1}, {"green", UpdateMissing, 1}, {"grey", UpdateNone, 1}, {"grey", UpdateMissing, 0}} {
		if err := Keep(dir, FromRun(run(step.answer)), step.mode); err != nil {
			t.Fatal(err)
		}
		if err := r.Reload(); err != nil {
			t.Fatal(err)
		}
		if n := len(r.Pending()); n != step.pending {
			t.Errorf("after %s with %s: %d pending", step.answer, step.mode, n)
		}
	}
}

// Runs that end at the same time lose nothing of each other's answers.
func TestConcurrentKeep(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	const runs = 8
	for i := range runs {
		all.Go(func() {
			run := answered(New, "red")
			run.Cases[0].ID = fmt.Sprint("s/", i)
			if err := Keep(dir, FromRun(run), UpdateMissing); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n, err := Waiting(dir); n != runs || err != nil {
		t.Errorf("%d of %d are pending: %v", n, runs, err)
	}
}

func TestSuggest(t *testing.T) {
	tests := map[string]struct {
		accepted, came string
		want           []Tolerance
	}{
		"number":   {"[3]", "4 shapes", []Tolerance{{"number": map[string]any{"value": 3.0, "abs": 1.0}}}},
		"point":    {`["(0.5, 0.5)"]`, "(0.6, 0.5)", []Tolerance{{"keypoints": map[string]any{"targets": []any{[]any{0.5, 0.5}}, "within": 0.1}}}},
		"text":     {"[a red circle]", "a crimson circle", []Tolerance{{"similar": map[string]any{"to": []any{"a red circle"}, "min": 0.66}}}},
		"nothing":  {"[red]", "blue", nil},
		"no sense": {`["3"]`, "no idea", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, _ := reviewed(t, "s/a: {answers: "+test.accepted+"}\n", answered(Changed, test.came))
			p := only(t, r)
			got := r.Suggest(p)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatal(diff)
			}
			if got == nil {
				return
			}
			if err := r.Loosen(p, got[0]); err != nil {
				t.Fatal(err)
			}
			p.Entry.Answers = []string{"an alternative"}
			if err := r.Add(p); err != nil { // which keeps the tolerance
				t.Fatal(err)
			}
			g, _ := r.store.Accepted("s/a", 0)
			in := check.Input{CaseID: "s/a", Prompt: "<image>What?", Answer: test.came, Goldens: r.store, Images: []sdk.Image{{SHA256: hex, Width: 100, Height: 50}}}
			if v := check.MatchesGolden().Judge(t.Context(), in); v.Outcome != result.Passed || len(g.Tolerance) != 1 {
				t.Errorf("%+v", v)
			}
			in.Answer = "something else entirely"
			if v := check.MatchesGolden().Judge(t.Context(), in); v.Outcome != result.Failed {
				t.Errorf("everything passes: %+v", v)
			}
		})
	}
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
