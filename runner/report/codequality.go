package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// finding is an issue on a line, as GitLab shows it beside a merge request:
// https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format.
type finding struct {
	Description string `json:"description"`
	Check       string `json:"check_name"`
	Fingerprint string `json:"fingerprint"` // the same for the same finding of another run
	Severity    string `json:"severity"`    // info, minor, major, critical, blocker
	Location    struct {
		Path  string `json:"path"`
		Lines struct {
			Begin int `json:"begin"`
		} `json:"lines"`
	} `json:"location"`
}

// writeCodeQuality lists what keeps the run from passing, and expired quarantines.
func writeCodeQuality(w io.Writer, run *result.Run) error {
	found := []finding{}
	for i := range run.Cases {
		c := &run.Cases[i]
		switch {
		case !c.Passing():
			found = append(found, newFinding("case", c.ID+"@"+c.Backend, title(c)+": "+c.Reason, severity(c.Outcome), c.File, c.Line))
		case c.Outcome == result.Quarantined:
			found = append(found, newFinding("quarantine", c.ID+"@"+c.Backend, title(c)+": "+quarantineLine(c), "info", c.File, c.Line))
		}
	}
	for i := range run.Cases {
		c := &run.Cases[i]
		for _, v := range warnedVerdicts(c) {
			found = append(found, newFinding("warning", fmt.Sprintf("%s@%s %s:%d", c.ID, c.Backend, v.Kind, v.Line), title(c)+": "+v.Kind+": "+v.Reason, "info", v.File, v.Line))
		}
	}
	for _, g := range missed(run) {
		found = append(found, newFinding("metric", g.Suite+"/"+g.Name+"@"+g.Backend, Gate(g)+": "+g.Reason, severity(g.Outcome), g.File, g.Line))
	}
	for _, p := range problems(run) {
		found = append(found, newFinding("run", mistakeLine(p), p.Message, "blocker", cmp.Or(p.File, "vlmspec.yaml"), p.Line))
	}
	enc := json.NewEncoder(visible.JSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(found)
}

func newFinding(check, id, description, severity, file string, line int) finding {
	sum := sha256.Sum256([]byte(check + "\x00" + id))
	f := finding{Description: visible.Line(description), Check: "vlmspec/" + check, Fingerprint: hex.EncodeToString(sum[:16]), Severity: severity}
	f.Location.Path, f.Location.Lines.Begin = file, max(line, 1)
	return f
}

// severity of an outcome: what a person must look at in the model is major, what
// only keeps a verdict from being made is minor.
func severity(o result.Outcome) string {
	switch o {
	case result.Error, result.Stale, result.Inconclusive, result.Unchecked:
		return "minor"
	}
	return "major"
}
