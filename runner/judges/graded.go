package judges

import (
	"github.com/vlmspec/vlmspec/runner/result"
)

// Graded is an answer that a judge has graded in a run.
type Graded struct {
	Judge   string   `json:"judge"` // of [Key]
	Backend string   `json:"backend"`
	Case    string   `json:"case"`
	Answer  string   `json:"answer"` // of [AnswerDigest]
	Grade   float64  `json:"grade"`
	Min     float64  `json:"min"`
	Rubric  string   `json:"rubric,omitempty"`
	Images  []string `json:"images,omitempty"`
	Prompt  string   `json:"prompt"`
	Text    string   `json:"text"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Human   *float64 `json:"human"` // for a person to fill in, 0 to 1
}

// InRun are the grades that judges gave in a run; the same answer to the same prompt of a case counts once.
func InRun(run *result.Run) []Graded {
	var all []Graded
	seen := map[[3]string]bool{}
	for i := range run.Cases {
		c := &run.Cases[i]
		EachVerdict(c, func(t *result.Turn, v *result.Verdict) {
			grade, lower, ok := gradeOf(v)
			if !ok {
				return
			}
			g := Graded{
				Judge: Key(&run.Manifest, v.Judge), Backend: v.Judge.Backend, Case: c.ID, Answer: AnswerDigest(t.Prompt, t.Answer), Grade: grade, Min: lower,
				Rubric: v.Judge.Rubric, Prompt: t.Prompt, Text: t.Answer, File: v.File, Line: v.Line,
			}
			for _, img := range c.Images {
				g.Images = append(g.Images, img.Path)
			}
			if at := [3]string{g.Judge, g.Case, g.Answer}; !seen[at] {
				seen[at] = true
				all = append(all, g)
			}
		})
	}
	return all
}

// gradeOf is what a judge gave, and the least that passes; not of one that gave no grade.
func gradeOf(v *result.Verdict) (grade, lower float64, ok bool) {
	if v.Judge == nil {
		return 0, 0, false
	}
	for _, m := range v.Measures {
		if m.What == "grade" && m.Min != nil {
			return m.Value, *m.Min, true
		}
	}
	return 0, 0, false
}

// EachVerdict calls f for every verdict of a case, those in groups too.
func EachVerdict(c *result.Case, f func(*result.Turn, *result.Verdict)) {
	for i := range c.Samples {
		for k := range c.Samples[i].Turns {
			t := &c.Samples[i].Turns[k]
			each(t, t.Verdicts, f)
		}
	}
}

func each(t *result.Turn, verdicts []result.Verdict, f func(*result.Turn, *result.Verdict)) {
	for i := range verdicts {
		f(t, &verdicts[i])
		each(t, verdicts[i].Inner, f)
	}
}
