package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/judges"
	"github.com/vlmspec/vlmspec/runner/result"
)

// stands keeps a gate from passing on the word of a judge that people have not measured, unless its rule says that it may. One that
// fails stays failed.
func (g Gate) stands(out *result.Gate, m *result.Manifest, cases []result.Case) {
	if out.Outcome != result.Passed || g.args.Uncalibrated {
		return
	}
	few := map[string]string{}
	for i := range cases {
		g.eachJudge(&cases[i], func(j *result.Judge) {
			if n := m.Judges[judges.Key(m, j)]; n < judges.Enough {
				few[j.Backend] = fmt.Sprintf("%s has %d of %d labels", j.Backend, n, judges.Enough)
			}
		})
	}
	if len(few) == 0 {
		return
	}
	out.Outcome = result.Inconclusive
	out.Reason = fmt.Sprintf("it stands on a judge that is not calibrated: %s; label some of its grades with `vlmspec judges sample`, or write uncalibrated: true", strings.Join(slices.Sorted(maps.Values(few)), ", "))
}

// eachJudge calls f for the judges whose word the metric is about.
func (g Gate) eachJudge(c *result.Case, f func(*result.Judge)) {
	for i := range c.Samples {
		for k := range c.Samples[i].Turns {
			t := &c.Samples[i].Turns[k]
			for n := range t.Verdicts {
				if v := &t.Verdicts[n]; g.args.Of == "" || v.Kind == g.args.Of {
					eachJudgeOf(v, f)
				}
			}
		}
	}
}

func eachJudgeOf(v *result.Verdict, f func(*result.Judge)) {
	if v.Judge != nil {
		f(v.Judge)
	}
	for i := range v.Inner {
		eachJudgeOf(&v.Inner[i], f)
	}
}
