package history

import (
	"cmp"

	"github.com/vlmspec/vlmspec/runner/result"
)

// tally is what the outcomes of a case add up to, added in the order of its runs.
//
// Two neighbouring outcomes are a pair when both passed or failed and all digests
// are the same; a pair with two outcomes is a flip. With other digests it is a
// change, never a flip. What is neither passed nor failed (an error, a skip, a
// case whose samples disagree) is stepped over.
type tally struct {
	pairs, flips, changes          int
	passed, failed, unstable, runs int
	lastRun, lastStarted           int64
	lastName                       string
	lastOutcome, decided           result.Outcome
	decidedDigest                  int64
}

// before reports whether all that is counted was before a run.
func (t *tally) before(started int64, name string) bool {
	return t.runs == 0 || cmp.Or(cmp.Compare(t.lastStarted, started), cmp.Compare(t.lastName, name)) < 0
}

func (t *tally) add(o result.Outcome, digest, run, started int64, name string) {
	t.runs++
	t.lastRun, t.lastStarted, t.lastName, t.lastOutcome = run, started, name, o
	now := decided(o)
	switch {
	case now == result.Passed:
		t.passed++
	case now == result.Failed:
		t.failed++
	case o == result.Unstable:
		t.unstable++
		return
	default:
		return
	}
	same := digest == t.decidedDigest && digest != 0
	switch {
	case t.decided == "":
	case same:
		t.pairs++
		if now != t.decided {
			t.flips++
		}
	case now != t.decided:
		t.changes++
	}
	t.decided, t.decidedDigest = now, digest
}

// decided is whether the answers were right, whatever the spec expected of them;
// "" where that is not known.
func decided(o result.Outcome) result.Outcome {
	switch o {
	case result.Passed, result.XPassed:
		return result.Passed
	case result.Failed, result.XFailed:
		return result.Failed
	}
	return ""
}
