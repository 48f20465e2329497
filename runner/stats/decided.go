package stats

import "fmt"

// Decision is whether samples that were not drawn could still change a verdict.
type Decision string

// The decisions.
const (
	DecidedPassed Decision = "passed"
	DecidedFailed Decision = "failed"
	DecidedOpen   Decision = "open"
)

// Decided says whether k passing samples of n decide a case that asks for require of max: as the full run would, since
// nothing that is left can change it (curtailed sampling).
func Decided(k, n, require, most int) (Decision, error) {
	if k < 0 || n < k || most < n || require < 0 {
		return "", fmt.Errorf("%d of %d samples passed, of %d, with %d required: want 0 <= k <= n <= max", k, n, most, require)
	}
	switch {
	case k >= require:
		return DecidedPassed, nil
	case k+most-n < require:
		return DecidedFailed, nil
	}
	return DecidedOpen, nil
}
