package runner

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

func TestQuarantine(t *testing.T) {
	t.Setenv("TOKEN", "hush")
	soon := time.Now().UTC().AddDate(0, 0, 7).Format(time.DateOnly)
	dir := project(t, map[string]string{
		"specs/s.yaml": `suite: s
params: {extra: {key: "${env:TOKEN}", more: ["x ${env:TOKEN}"]}, temperature: 0.5}
cases:
  - {name: waits, prompt: blue, expect: [equals: red]}
  - {name: is over, prompt: blue, expect: [equals: red]}
  - {name: passes, prompt: red, expect: [equals: red]}
  - {name: left out, skip: reasons, prompt: red, expect: [equals: red]}
metrics:
  - accuracy: {min: 0.4}
`,
		"quarantine.yaml": strings.ReplaceAll(`s/waits: {until: SOON, reason: the hush one}
s/is-over: {until: 2020-01-01, reason: over}
s/left-out: {until: SOON, reason: x}
`, "SOON", soon),
	})
	r := run(t, dir, options())
	type row struct {
		Outcome, Without result.Outcome
		Expired          bool
		Reason           string
	}
	got := map[string]row{}
	for _, c := range r.Cases {
		q := c.Quarantine
		if q == nil {
			q = &result.Quarantine{}
		}
		got[c.Name] = row{c.Outcome, q.Outcome, q.Expired, c.Reason}
	}
	failure := `equals: answer is "blue", not "red"`
	want := map[string]row{
		"waits":    {result.Quarantined, result.Failed, false, failure},
		"is over":  {result.Failed, result.Failed, true, "its quarantine ended on 2020-01-01 (over); " + failure},
		"passes":   {result.Passed, "", false, ""},
		"left out": {result.Skipped, result.Skipped, false, "reasons"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if g := r.Gates[0]; g.Outcome != result.Passed || g.Cases != 2 {
		t.Errorf("the quarantined case counts: %+v", g)
	}
	if text := fmt.Sprint(*r.Cases[0].Quarantine, r.Cases[0].Params); strings.Contains(text, "hush") || strings.Count(text, "[redacted]") != 3 {
		t.Errorf("a secret is shown: %s", text)
	}
	history, err := runs.Open(filepath.Join(dir, ".vlmspec")).History(9)
	if diff := cmp.Diff([]result.Outcome{result.Failed}, history["s/waits"]); diff != "" || err != nil {
		t.Error(err, diff)
	}
}
