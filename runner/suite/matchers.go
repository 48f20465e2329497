package suite

import (
	"context"
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// The matchers take an [Answer], or a string where the check needs no image.

// HaveKeypointNear succeeds if the answer points to (x, y) and nowhere else.
// x and y are fractions of the image from its top left corner; within is a
// fraction of the image's longer side.
func HaveKeypointNear(x, y, within float64) types.GomegaMatcher {
	return matcher{check: check.KeypointNear(x, y, within)}
}

// HaveNumber succeeds if the answer holds a number no further than abs from value.
func HaveNumber(value, abs float64) types.GomegaMatcher {
	return matcher{check: check.Number(value, abs)}
}

// HaveScoreBetween succeeds if the rating in the answer is from least to most.
func HaveScoreBetween(lower, upper float64) types.GomegaMatcher {
	return matcher{check: check.ScoreBetween(lower, upper)}
}

// SayYes succeeds if the answer says yes and not no.
func SayYes() types.GomegaMatcher { return matcher{check: check.YesNo(true)} }

// SayNo succeeds if the answer says no and not yes.
func SayNo() types.GomegaMatcher { return matcher{check: check.YesNo(false)} }

// EqualText succeeds if the answer is the text, as the check equals compares.
func EqualText(text string) types.GomegaMatcher { return matcher{check: check.Equals(text)} }

// MatchGolden succeeds if the answer equals one that was accepted for a case.
func MatchGolden(caseID string) types.GomegaMatcher {
	return matcher{check: check.MatchesGolden(), caseID: caseID}
}

// Satisfy succeeds if a check of any kind does, written as in the `expect` of a
// spec: Satisfy("points_in: {box: [0, 0, 0.5, 1]}"). Paths are relative to the
// current folder.
func Satisfy(entry string) types.GomegaMatcher {
	n, err := spec.Parse("expect", []byte(entry))
	if err != nil {
		return matcher{err: err}
	}
	c, err := check.Compile(n, check.Env{})
	return matcher{check: c, err: err}
}

// matcher is a check as gomega sees it.
type matcher struct {
	check  check.Check
	caseID string
	err    error // of making it
}

// Match implements types.GomegaMatcher.
func (m matcher) Match(actual any) (bool, error) {
	v, err := m.judge(actual)
	if err == nil && v.Outcome == result.Error {
		err = fmt.Errorf("%s: %s", v.Kind, v.Reason)
	}
	return v.Outcome == result.Passed, err
}

func (m matcher) judge(actual any) (result.Verdict, error) {
	if m.err != nil {
		return result.Verdict{}, m.err
	}
	var in Answer
	switch a := actual.(type) {
	case Answer:
		in = a
	case string:
		in.Answer = a
	default:
		return result.Verdict{}, fmt.Errorf("expected a suite.Answer or a string, got %T", actual)
	}
	if m.caseID != "" {
		in.CaseID = m.caseID
	}
	return m.check.Judge(context.Background(), in), nil
}

// FailureMessage implements types.GomegaMatcher.
func (m matcher) FailureMessage(actual any) string {
	v, _ := m.judge(actual)
	return fmt.Sprintf("%s: %s\nexpected: %s\n  actual: %s", v.Kind, v.Reason, v.Expected, v.Actual)
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m matcher) NegatedFailureMessage(actual any) string {
	v, _ := m.judge(actual)
	return fmt.Sprintf("%s: it is so, and should not be: %s", v.Kind, v.Expected)
}
