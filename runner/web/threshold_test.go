package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/result"
)

// verdictOf is one of a check at line 7.
func verdictOf(kind string, outcome result.Outcome, measures ...result.Measure) result.Verdict {
	return result.Verdict{Kind: kind, Outcome: outcome, File: "specs/s.yaml", Line: 7, Measures: measures}
}

func atMost(what string, value, bound float64) result.Measure {
	return result.Measure{What: what, Value: value, Max: &bound}
}

func between(value, low, high float64) result.Measure {
	return result.Measure{What: "value", Value: value, Min: &low, Max: &high}
}

func TestThresholds(t *testing.T) {
	passed, failed := result.Passed, result.Failed
	for name, c := range map[string]struct {
		verdicts []result.Verdict
		want     []Threshold // without what all have
	}{
		"the worst target decides": {
			[]result.Verdict{
				verdictOf("keypoints", passed, atMost("distance", 0.01, 0.05), atMost("distance", 0.04, 0.05)),
				verdictOf("keypoints", failed, atMost("distance", 0.01, 0.05), atMost("distance", 0.09, 0.05)),
				verdictOf("keypoints", passed, atMost("distance", 0.05, 0.05)),
			},
			[]Threshold{{Kind: "keypoints", What: "distance", Key: "within", Bound: 0.05, Cases: []int{0, 1, 2}, Values: []float64{0.04, 0.09, 0.05}, Passed: []int{1, 0, 1}}},
		},
		"what cannot be read, or fails for another reason, is lost": {
			[]result.Verdict{
				verdictOf("latency", passed, atMost("value", 1, 2)), verdictOf("latency", failed), verdictOf("latency", failed, atMost("value", 1, 2)),
				verdictOf("latency", passed, atMost("value", 2, 2)), verdictOf("latency", failed, atMost("value", 3, 2)),
			},
			[]Threshold{{Kind: "latency", What: "value", Key: "max", Bound: 2, Cases: []int{0, 3, 4}, Values: []float64{1, 2, 3}, Passed: []int{1, 1, 0}, Lost: []int{1, 2}}},
		},
		"near, of each row": {
			[]result.Verdict{verdictOf("score", passed, between(3.1, 2, 4)), verdictOf("score", failed, between(1, 3, 5)), verdictOf("score", passed, between(2, 1, 3))},
			[]Threshold{{Kind: "score", What: "difference", Key: "within", Bound: 1, Cases: []int{0, 1, 2}, Values: []float64{0.1, 3, 0}, Passed: []int{1, 0, 1}}},
		},
		"a least and a most value": {
			[]result.Verdict{verdictOf("score", passed, between(3, 2, 4)), verdictOf("score", passed, between(3, 2, 4)), verdictOf("score", passed, between(3, 2, 4))}, nil,
		},
		"turned round by not": {
			[]result.Verdict{verdictOf("score", passed, atMost("value", 3, 2)), verdictOf("score", failed, atMost("value", 1, 2)), verdictOf("score", passed, atMost("value", 5, 2))}, nil,
		},
		"bounds that differ": {
			[]result.Verdict{verdictOf("keypoints", passed, atMost("distance", 1, 2)), verdictOf("keypoints", passed, atMost("distance", 1, 3)), verdictOf("keypoints", passed, atMost("distance", 1, 2))}, nil,
		},
		"too few": {[]result.Verdict{verdictOf("latency", passed, atMost("value", 1, 2))}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			run := runOf()
			for i, v := range c.verdicts {
				run.Cases = append(run.Cases, caseOf(i, "a", v))
			}
			want := []Threshold{}
			for _, w := range c.want {
				w.Suite, w.File, w.Line, w.Backend = "s", "specs/s.yaml", 7, "tiny"
				want = append(want, w)
			}
			if diff := cmp.Diff(want, thresholds(run)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
