package check

import (
	"context"
	"math"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// build makes a check in Go rather than YAML. Arguments that make no sense give
// a check whose every verdict is an error that says so.
func build(kind string, args arguments) Check {
	if err := finish(args, spec.Node{}, Env{}); err != nil {
		return invalid{kind: kind, err: err}
	}
	return &wrapped{kind: kind, common: args.keys(), judge: args}
}

type invalid struct {
	kind string
	err  error
}

// Judge implements [Check].
func (i invalid) Judge(context.Context, Input) result.Verdict {
	v := broken("%s: %s", i.kind, spec.Mistakes(i.err)[0].What)
	v.Kind = i.kind
	return v
}

// finite reports whether no value is NaN or infinite.
func finite(values ...float64) bool {
	for _, f := range values {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return false
		}
	}
	return true
}
