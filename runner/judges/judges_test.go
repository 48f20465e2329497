package judges

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// graded is a run whose judge gave these grades, with 0.7 to pass.
func graded(rubric string, grades ...float64) *result.Run {
	lower := 0.7
	run := &result.Run{Manifest: result.Manifest{Backends: map[string]result.Backend{"grader": {Model: "m", ModelDigest: "1"}}}}
	for i, g := range grades {
		run.Cases = append(run.Cases, result.Case{ID: fmt.Sprint("s/c", i), Samples: []result.Sample{{Turns: []result.Turn{{Prompt: "p", Answer: "a", Verdicts: []result.Verdict{{
			Kind:  "any_of",
			Inner: []result.Verdict{{Kind: "judge", Judge: &result.Judge{Backend: "grader", Digest: rubric}, Measures: []result.Measure{{What: "grade", Value: g, Min: &lower}}}},
		}}}}}}})
	}
	return run
}

func label(g Graded, human float64) Label {
	return Label{Judge: g.Judge, Backend: g.Backend, Case: g.Case, Answer: g.Answer, Grade: g.Grade, Min: g.Min, Human: human}
}

func TestMeasure(t *testing.T) {
	all := InRun(graded("r", 1, 1, 0.8, 0.9, 0, 0.2, 1, 0.1))
	if len(all) != 8 {
		t.Fatalf("%d grades", len(all))
	}
	l := &Labels{path: filepath.Join(t.TempDir(), FileName)}
	for i, human := range []float64{1, 1, 0, 1, 0, 1} {
		l.Add(label(all[i], human))
	}
	l.Add(label(all[5], 0.9)) // said again
	m := l.Measure(all[0].Judge, all)
	if m.Labels != 6 || m.Calibrated || m.Confusion != (Confusion{3, 1, 1, 1}) || m.Kappa == nil || math.Abs(*m.Kappa-0.25) > 1e-9 || math.Abs(m.Bias-0) > 1e-9 {
		t.Errorf("%+v kappa %v", m, m.Kappa)
	}
	if p := m.Corrected; p == nil || p.Lambda != 1 || p.Others != 2 || *m.Judged != 0.625 || math.Abs(p.Mean-(0.65+0.55-0.65)) > 1e-9 {
		t.Errorf("%+v", p)
	}
	if err := l.Write(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(filepath.Dir(l.path))
	if err != nil || len(again.all) != 6 || again.all[5].Human != 0.9 {
		t.Errorf("%+v %v", again, err)
	}
}

// Another model, rubric or bound is another judge, of which nothing is known.
func TestChangedJudge(t *testing.T) {
	was := InRun(graded("r", 1))[0]
	l := &Labels{}
	for i := range Enough {
		one := label(was, 1)
		one.Case = fmt.Sprint(i)
		l.Add(one)
	}
	model := graded("r", 1)
	model.Manifest.Backends["grader"] = result.Backend{Model: "m", ModelDigest: "2"}
	for name, c := range map[string]struct {
		run  *result.Run
		want int
	}{"same": {graded("r", 1, 1), Enough}, "rubric": {graded("other", 1), 0}, "model": {model, 0}} {
		of := l.Calibrations(c.run)
		if len(of) != 1 {
			t.Errorf("%s: %v", name, of)
		}
		for key, n := range of {
			if n != c.want || l.Measure(key, nil).Calibrated != (c.want == Enough) {
				t.Errorf("%s: %d labels", name, n)
			}
		}
	}
}

func TestOpenMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"{":                      "judges.jsonl:1: no label",
		"\n\n{\"judge\": \"a\"}": `judges.jsonl:3: a label has "judge", "case" and "answer"`,
		`{"judge":"a","case":"b","answer":"c","human":2}`:    "human, grade and min are from 0 to 1",
		`{"judge":"a","case":"b","answer":"c","grade":-0.1}`: "human, grade and min are from 0 to 1",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if l, err := Open(t.TempDir()); err != nil || len(l.Judges()) != 0 {
		t.Error(l, err)
	}
}
