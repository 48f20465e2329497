package runner

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// moody answers yes, no or not at all, by prompt and seed alone.
type moody struct {
	parrot
	calls *atomic.Int64
}

func (m moody) Describe(ctx context.Context) (sdk.Info, error) {
	info, err := m.parrot.Describe(ctx)
	info.Capabilities = sdk.Capabilities{Seeds: true, Concurrency: 3}
	return info, err
}

func (m moody) Generate(_ context.Context, req sdk.Request, _ func(string)) (sdk.Response, error) {
	m.calls.Add(1)
	parts := req.Messages[len(req.Messages)-1].Parts
	h := fnv.New32a()
	fmt.Fprint(h, parts[len(parts)-1].Text, req.Params.Seed)
	bound := map[byte]uint32{'h': 90, 'm': 60, 'l': 20}[parts[len(parts)-1].Text[0]]
	switch x := h.Sum32() >> 8 % 100; {
	case x < bound:
		return sdk.Response{Text: "yes", Finish: sdk.FinishStop}, nil
	case x >= 97:
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "the image is too large")
	}
	return sdk.Response{Text: "no", Finish: sdk.FinishStop}, nil
}

// A case that stops when it is decided ends as the one that draws every sample, and needs fewer.
func TestUntilDecided(t *testing.T) {
	specs := func(repeat string) string {
		var b strings.Builder
		b.WriteString("suite: s\nparams: {temperature: 1}\ncases:\n")
		for i := range 90 {
			fmt.Fprintf(&b, "  - {name: c%d, prompt: %c%d, repeat: %s, require: %s, expect: [equals: yes]}\n", i, "hml"[i%3], i, repeat, []string{"all", "any", "8/10", "50%"}[i%4])
		}
		return b.String()
	}
	drawn := func(repeat string) (*result.Run, int64) {
		var calls atomic.Int64
		o := Options{Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return moody{calls: &calls}, nil }}
		return run(t, project(t, map[string]string{"specs/s.yaml": specs(repeat)}), o), calls.Load()
	}
	full, all := drawn("10")
	stopped, some := drawn("{max: 10, until: decided}")
	if all != 900 || some >= 700 {
		t.Errorf("%d calls, and %d when cases stop", all, some)
	}
	seen := map[result.Outcome]int{}
	for i := range full.Cases {
		f, s := &full.Cases[i], &stopped.Cases[i]
		seen[s.Outcome]++
		if f.Passing() != s.Passing() || (f.Outcome == result.Error) != (s.Outcome == result.Error) {
			t.Errorf("%s: %s of %d samples, and %s after %d", f.Name, f.Outcome, len(f.Samples), s.Outcome, len(s.Samples))
		}
		for k := range s.Samples {
			if s.Samples[k].Index != k || s.Samples[k].Seed != f.Samples[k].Seed || s.Samples[k].Outcome != f.Samples[k].Outcome {
				t.Errorf("%s: sample %d differs", f.Name, k)
			}
		}
		if s.MaxSamples != 10 || !s.Passing() && len(s.Samples) < 10 && !strings.HasPrefix(s.Reason, fmt.Sprintf("stopped at %d of at most 10 samples: ", len(s.Samples))) {
			t.Errorf("%s: at most %d: %s", f.Name, s.MaxSamples, s.Reason)
		}
	}
	for _, o := range []result.Outcome{result.Passed, result.Failed, result.Unstable, result.Error} {
		if seen[o] == 0 {
			t.Errorf("no case ends as %s: %v", o, seen)
		}
	}
}

// So it does where answers are made as they are waited for.
func TestUntilDecidedOnDemand(t *testing.T) {
	var calls atomic.Int64
	o := Options{OnDemand: true, Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return moody{calls: &calls}, nil }}
	r := run(t, project(t, map[string]string{"specs/s.yaml": "suite: s\ncases: [{name: a, prompt: nobody, repeat: {max: 20, until: decided}, require: 4/5, expect: [equals: yes]}]"}), o)
	if c := r.Cases[0]; len(c.Samples) != 5 || calls.Load() != 5 || c.Passing() {
		t.Errorf("%d samples, %d calls: %s", len(c.Samples), calls.Load(), c.Reason)
	}
}

// A rate is decided once it is shown, and what is not shown does not pass.
func TestUntilRate(t *testing.T) {
	var calls atomic.Int64
	o := Options{Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return moody{calls: &calls}, nil }}
	r := run(t, project(t, map[string]string{"specs/s.yaml": `
suite: s
params: {temperature: 1}
repeat: {max: 200, until: rate}
cases:
  - {name: often, prompt: h, require: 60%, expect: [equals: yes]}
  - {name: seldom, prompt: l, require: 60%, expect: [equals: yes]}
  - {name: never, prompt: nobody, require: 60%, expect: [equals: yes]}
  - {name: about as often, prompt: m, require: 60%, expect: [equals: yes]}
`}), o)
	for name, want := range map[string]struct {
		outcome result.Outcome
		least   int
		most    int
		reason  string
	}{
		"often":          {result.Passed, 8, 80, ""},
		"seldom":         {result.Failed, 5, 60, "samples passed: the rate is between"},
		"never":          {result.Failed, 4, 12, "0 of 6 samples passed: the rate is between 0.00 and 0.5"},
		"about as often": {result.Error, 200, 200, "(95 %, at any time), and 60% is required; that is not decided after 200 samples"},
	} {
		i := slices.IndexFunc(r.Cases, func(c result.Case) bool { return c.Name == name })
		c := &r.Cases[i]
		if n := len(c.Samples); c.Outcome != want.outcome || n < want.least || n > want.most || !strings.Contains(c.Reason, want.reason) || c.Sequential != 0.95 {
			t.Errorf("%s: %s after %d samples: %s", name, c.Outcome, n, c.Reason)
		}
	}
	if n := calls.Load(); n > 400 {
		t.Errorf("%d calls", n)
	}
}
