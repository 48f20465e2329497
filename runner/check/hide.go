package check

import (
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// showParts makes a verdict fit for reports. Secrets go before it is shortened. In
// words about an answer that has one are parts of it, too, which nobody could find
// later, and control characters that are visible may be the end of one.
func showParts(v *result.Verdict, in Input) {
	s := in.Secrets
	v.Expected, v.Actual, v.Reason = show(s.Hide(v.Expected)), show(s.Hide(v.Actual)), show(s.Hide(v.Reason))
	if s == nil {
		return
	}
	v.Measures = slices.DeleteFunc(v.Measures, func(m result.Measure) bool { return measuresSecret(s, m) })
	if !s.In(in.Answer) && !s.In(in.Reasoning) {
		return
	}
	v.Expected, v.Actual, v.Reason = s.HidePieces(v.Expected), s.HidePart(v.Actual), s.HidePieces(v.Reason)
	if v.Read != in.Answer && v.Read != in.Reasoning {
		v.Read = s.HidePart(v.Read)
	}
}

// measuresSecret reports whether a number that was read, or its bounds, is a secret.
func measuresSecret(s *secret.Set, m result.Measure) bool {
	for _, n := range []*float64{&m.Value, m.Min, m.Max} {
		if n != nil && s.In(strconv.FormatFloat(*n, 'f', -1, 64)) {
			return true
		}
	}
	return false
}
