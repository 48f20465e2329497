package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// writeTAP writes the Test Anything Protocol, version 14, with a YAML block of
// details below what needs one: https://testanything.org/tap-version-14-specification.html.
// The values in it are JSON, which YAML reads.
func writeTAP(out io.Writer, run *result.Run) error {
	w := bufio.NewWriter(out)
	m := &run.Manifest
	fmt.Fprintf(w, "TAP version 14\n1..%d\n", len(run.Cases)+len(run.NotRun)+len(run.Gates))
	n := 0
	point := func(s status, description, reason string) {
		n++
		fmt.Fprintf(w, "%sok %d - %s%s\n", map[bool]string{true: "not "}[s == statusFailed || s == statusExpected], n, tapText(description), tapDirective(s, reason))
	}
	for _, c := range selected(run) {
		s := statusOf(c)
		point(s, title(c), why(c))
		if s != statusPassed && s != statusSkipped {
			tapBlock(w, "outcome", c.Outcome, "message", why(c), "file", c.File, "line", c.Line, "duration_ms", int64(c.Seconds*1000), "backend", c.Backend, "detail", details(m, c))
		}
	}
	for i := range run.Gates {
		g := &run.Gates[i]
		s := gateStatus(g)
		point(s, "metric "+Gate(g), gateWhy(g))
		if s == statusFailed {
			tapBlock(w, "outcome", g.Outcome, "message", g.Reason, "file", g.File, "line", g.Line, "backend", g.Backend)
		}
	}
	t := tallyOf(run)
	for _, said := range []string{leftOut(m, t), t.warned()} {
		if said != "" {
			fmt.Fprintf(w, "# %s\n", visible.Line(said))
		}
	}
	for _, p := range problems(run) {
		fmt.Fprintf(w, "Bail out! %s\n", visible.Line(mistakeLine(p)))
	}
	return w.Flush()
}

var tapEscapes = strings.NewReplacer(`\`, `\\`, "#", `\#`)

// tapText is a description that cannot begin a directive or another line.
func tapText(s string) string { return tapEscapes.Replace(visible.Line(s)) }

func tapDirective(s status, reason string) string {
	switch s {
	case statusSkipped:
		return " # SKIP " + tapText(reason)
	case statusExpected:
		return " # TODO " + tapText(reason)
	}
	return ""
}

// tapBlock writes pairs of keys and values.
func tapBlock(w io.Writer, pairs ...any) {
	fmt.Fprintln(w, "  ---")
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(w, "  %s: %s\n", pairs[i], yamlValue(pairs[i+1]))
	}
	fmt.Fprintln(w, "  ...")
}

// yamlValue is a value in one line of JSON without control characters.
func yamlValue(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(visible.JSONWriter(&b))
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
