package report

import (
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// The objects of the Common Test Report Format, https://ctrf.io/docs/specification/overview.
// Its schema allows no other field outside of "extra".
type (
	ctrfReport struct {
		Format    string      `json:"reportFormat"` // "CTRF"
		Version   string      `json:"specVersion"`  // of the format
		RunID     string      `json:"runId,omitempty"`
		Timestamp string      `json:"timestamp,omitempty"` // RFC 3339
		By        string      `json:"generatedBy"`
		Results   ctrfResults `json:"results"`
	}
	ctrfResults struct {
		Tool        ctrfTool        `json:"tool"`
		Summary     ctrfSummary     `json:"summary"`
		Tests       []ctrfTest      `json:"tests"`
		Environment ctrfEnvironment `json:"environment"`
	}
	ctrfTool struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	ctrfSummary struct {
		Tests    int            `json:"tests"`
		Passed   int            `json:"passed"`
		Failed   int            `json:"failed"`
		Skipped  int            `json:"skipped"`
		Pending  int            `json:"pending"`
		Other    int            `json:"other"`
		Flaky    int            `json:"flaky"`
		Suites   int            `json:"suites"`
		Start    int64          `json:"start"` // ms since 1970
		Stop     int64          `json:"stop"`
		Duration int64          `json:"duration"` // ms
		Extra    map[string]any `json:"extra,omitempty"`
	}
	ctrfTest struct {
		ID          string           `json:"testId,omitempty"`
		Name        string           `json:"name"`
		Status      string           `json:"status"`
		Raw         string           `json:"rawStatus,omitempty"`
		Duration    int64            `json:"duration"` // ms
		Start       int64            `json:"start,omitempty"`
		Stop        int64            `json:"stop,omitempty"`
		Suite       []string         `json:"suite,omitempty"`
		Message     string           `json:"message,omitempty"`
		Trace       string           `json:"trace,omitempty"`
		Line        int              `json:"line,omitempty"`
		File        string           `json:"filePath,omitempty"`
		Tags        []string         `json:"tags,omitempty"`
		Type        string           `json:"type,omitempty"`
		Flaky       bool             `json:"flaky,omitempty"`
		Attachments []ctrfAttachment `json:"attachments,omitempty"`
		Parameters  map[string]any   `json:"parameters,omitempty"`
		Extra       map[string]any   `json:"extra,omitempty"`
	}
	ctrfAttachment struct {
		Name string `json:"name"`
		Type string `json:"contentType"`
		Path string `json:"path"`
	}
	ctrfEnvironment struct {
		Commit string         `json:"commit,omitempty"`
		OS     string         `json:"osPlatform,omitempty"`
		Extra  map[string]any `json:"extra,omitempty"`
	}
)

var ctrfStatus = map[status]string{statusPassed: "passed", statusFailed: "failed", statusSkipped: "skipped", statusExpected: "other"}

func writeCTRF(w io.Writer, run *result.Run) error {
	m := &run.Manifest
	r := ctrfReport{Format: "CTRF", Version: "0.0.0", RunID: m.ID, By: "vlmspec"}
	r.Results = ctrfResults{Tool: ctrfTool{"vlmspec", m.Version}, Tests: []ctrfTest{}, Environment: ctrfEnvironment{Commit: m.Commit, OS: m.Host.OS, Extra: ctrfBackends(m)}}
	for _, c := range selected(run) {
		r.Results.add(ctrfCase(c, m))
	}
	for i := range run.Gates {
		r.Results.add(ctrfGate(&run.Gates[i]))
	}
	for _, p := range problems(run) {
		r.Results.add(ctrfTest{Name: cmp.Or(p.File, "run"), Status: "failed", Raw: string(result.Error), Suite: []string{"vlmspec"}, Message: mistakeLine(p), Line: p.Line, File: p.File})
	}
	r.Results.close(run)
	if !m.Started.IsZero() {
		r.Timestamp = run.Until().UTC().Format(time.RFC3339)
	}
	enc := json.NewEncoder(visible.JSONWriter(w))
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

func (r *ctrfResults) add(t ctrfTest) {
	s := &r.Summary
	s.Tests++
	switch t.Status {
	case "passed":
		s.Passed++
	case "failed":
		s.Failed++
	case "skipped":
		s.Skipped++
	default:
		s.Other++
	}
	if t.Flaky {
		s.Flaky++
	}
	r.Tests = append(r.Tests, t)
}

// close adds what is known when all tests are there.
func (r *ctrfResults) close(run *result.Run) {
	m, s, t := &run.Manifest, &r.Summary, tallyOf(run)
	suites := map[string]bool{}
	for i := range r.Tests {
		suites[strings.Join(r.Tests[i].Suite, "\x00")] = true
	}
	s.Suites = len(suites)
	s.Start, s.Stop = milliseconds(m.Started), milliseconds(run.Until())
	s.Duration = s.Stop - s.Start
	s.Extra = map[string]any{"unread": t.unreadAnswers, "warnings": t.warnings}
	if left := leftOut(m, t); left != "" {
		s.Extra["notRun"] = left
	}
}

// milliseconds since 1970; 0 for a time that is not known.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func ctrfCase(c *result.Case, m *result.Manifest) ctrfTest {
	took := int64(c.Seconds * 1000)
	t := ctrfTest{
		ID: c.ID + "@" + c.Backend, Name: orName(name(c), c.ID), Status: ctrfStatus[statusOf(c)], Raw: string(c.Outcome), Duration: took, Start: milliseconds(c.Started),
		Suite: []string{c.Suite}, Message: why(c), Line: c.Line, File: c.File, Tags: c.Labels, Type: "vlm", Flaky: flaky(c), Parameters: ctrfParameters(c),
		Extra: map[string]any{"backend": c.Backend, "score": c.Score, "samples": len(c.Samples)},
	}
	if t.Start != 0 {
		t.Stop = t.Start + took
	}
	if statusOf(c) == statusFailed {
		t.Trace = details(m, c)
	}
	for _, path := range pictures(c) {
		t.Attachments = append(t.Attachments, ctrfAttachment{Name: path, Type: imageType(path), Path: path})
	}
	return t
}

// orName is a name that the schema takes: it has at least one character.
func orName(names ...string) string {
	for _, n := range names {
		if n != "" {
			return n
		}
	}
	return "(no name)"
}

func ctrfParameters(c *result.Case) map[string]any {
	if len(c.Vars) == 0 && len(c.Params) == 0 {
		return nil
	}
	p := map[string]any{}
	maps.Copy(p, c.Params)
	for k, v := range c.Vars {
		p["row."+k] = v
	}
	return p
}

func ctrfGate(g *result.Gate) ctrfTest {
	extra := map[string]any{"backend": g.Backend, "metric": g.Metric, "of": g.Of, "against": g.Against, "label": g.Label, "cases": g.Cases}
	for k, v := range map[string]*float64{"value": g.Value, "low": g.Low, "high": g.High, "min": g.Min, "max": g.Max} {
		if v != nil {
			extra[k] = *v
		}
	}
	return ctrfTest{
		ID: "metrics/" + g.Suite + "/" + g.Name + "@" + g.Backend, Name: orName(Gate(g)), Status: ctrfStatus[gateStatus(g)], Raw: string(g.Outcome),
		Suite: []string{g.Suite, "metrics"}, Message: g.Reason, Line: g.Line, File: g.File, Type: "metric", Extra: extra,
	}
}

func ctrfBackends(m *result.Manifest) map[string]any {
	if len(m.Backends) == 0 {
		return nil
	}
	return map[string]any{"backends": m.Backends}
}

// imageType is the MIME type of an image, by its name.
func imageType(path string) string {
	ext := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	switch ext {
	case "jpg", "jpeg", "jfif":
		return "image/jpeg"
	case "png", "gif", "webp", "bmp", "tiff", "heic", "avif":
		return "image/" + ext
	case "tif":
		return "image/tiff"
	}
	return "application/octet-stream"
}
