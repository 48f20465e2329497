// Package metric scores answers of vision-language models. Every function is pure: no files, no clock, no global state.
//
// One file holds one family: anls.go, vqa.go, relaxed.go, choice*.go, yesno.go, iou.go, pck.go, oks.go, rank.go, …
// Where toolkits compute different numbers under one name, each number has a function that says whose it is
// (VQASoftOfficial, VQASoftVLMEvalKit, …); the doc comment cites the source. Scores are fractions in [0,1] unless a
// comment says percent.
//
// A score that has no value (the mean of nothing, the correlation with a constant) is ErrUndefined, never NaN.
package metric

import "errors"

// ErrUndefined is wrapped by errors for scores that the definition leaves without a value.
var ErrUndefined = errors.New("undefined")

// Mean is the arithmetic mean; of nothing it is ErrUndefined.
func Mean(xs []float64) (float64, error) {
	if len(xs) == 0 {
		return 0, ErrUndefined
	}
	return sum(xs) / float64(len(xs)), nil
}

func sum(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s
}

// ratio is a/b, and 0 when b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

func one(ok bool) float64 {
	if ok {
		return 1
	}
	return 0
}
