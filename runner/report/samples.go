package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
)

// sampleRow is a sample with what is known of its case: a line of the formats csv
// and jsonl. A case that did not run has one without a sample.
type sampleRow struct {
	Run         string            `json:"run"`
	Case        string            `json:"case"`
	Suite       string            `json:"suite"`
	Name        string            `json:"name"`
	File        string            `json:"file"`
	Line        int               `json:"line"`
	Backend     string            `json:"backend"`
	Model       string            `json:"model,omitempty"`
	ModelDigest string            `json:"model_digest,omitempty"`
	Labels      []string          `json:"labels,omitempty"`
	Vars        map[string]string `json:"vars,omitempty"`
	Images      []result.Image    `json:"images,omitempty"`
	CaseOutcome result.Outcome    `json:"case_outcome"`
	CaseReason  string            `json:"case_reason,omitempty"`
	CaseScore   float64           `json:"case_score"`
	Sample      *result.Sample    `json:"sample"`
}

func eachSample(run *result.Run, yield func(*sampleRow) error) error {
	for _, c := range selected(run) {
		b := run.Manifest.Backends[c.Backend]
		row := sampleRow{
			Run: run.Manifest.ID, Case: c.ID, Suite: c.Suite, Name: c.Name, File: c.File, Line: c.Line, Backend: c.Backend, Model: b.Model, ModelDigest: b.ModelDigest,
			Labels: c.Labels, Vars: c.Vars, Images: c.Images, CaseOutcome: c.Outcome, CaseReason: c.Reason, CaseScore: c.Score,
		}
		for k := range max(len(c.Samples), 1) {
			if k < len(c.Samples) {
				row.Sample = &c.Samples[k]
			}
			if err := yield(&row); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeJSONL writes a line of JSON for each sample, for notebooks.
func writeJSONL(w io.Writer, run *result.Run) error {
	enc := json.NewEncoder(visible.JSONWriter(w))
	enc.SetEscapeHTML(false)
	return eachSample(run, func(row *sampleRow) error { return enc.Encode(row) })
}

var csvHead = []string{
	"run", "case", "suite", "name", "file", "line", "backend", "model", "labels", "images", "case_outcome", "case_score",
	"sample", "seed", "outcome", "prompt", "answer", "reasoning", "finish", "why", "seconds", "text_tokens", "image_tokens", "output_tokens", "cached", "error",
}

// writeCSV writes a row for each sample as RFC 4180 has it. Of a conversation it
// holds the last prompt and answer, and the time and tokens of all turns.
func writeCSV(w io.Writer, run *result.Run) error {
	c := csv.NewWriter(w)
	if err := c.Write(csvHead); err != nil {
		return err
	}
	if err := eachSample(run, func(row *sampleRow) error { return c.Write(row.cells()) }); err != nil {
		return err
	}
	c.Flush()
	return c.Error()
}

func (r *sampleRow) cells() []string {
	var images []string
	for _, img := range r.Images {
		images = append(images, img.Path)
	}
	cells := []string{
		r.Run, r.Case, r.Suite, r.Name, r.File, strconv.Itoa(r.Line), r.Backend, r.Model, strings.Join(r.Labels, " "), strings.Join(images, " "),
		string(r.CaseOutcome), number(r.CaseScore),
	}
	cells = append(cells, r.sampleCells()...)
	for i := range cells {
		cells[i] = noFormula(Visible(cells[i]))
	}
	return cells
}

func (r *sampleRow) sampleCells() []string {
	s := r.Sample
	if s == nil {
		return append(make([]string, 7), r.CaseReason, "", "", "", "", "", "")
	}
	var last result.Turn
	var seconds float64
	var tokens result.Tokens
	for _, t := range s.Turns {
		last, seconds = t, seconds+t.Timings.Total
		tokens.Text, tokens.Image, tokens.Output = tokens.Text+t.Tokens.Text, tokens.Image+t.Tokens.Image, tokens.Output+t.Tokens.Output
	}
	failed := ""
	if s.Error != nil {
		failed = s.Error.Kind + ": " + s.Error.Message
	}
	return []string{
		strconv.Itoa(s.Index + 1), strconv.FormatUint(uint64(s.Seed), 10), string(s.Outcome), last.Prompt, last.Answer, last.Reasoning, last.Finish, whyNot(s), number(seconds),
		strconv.Itoa(tokens.Text), strconv.Itoa(tokens.Image), strconv.Itoa(tokens.Output), strconv.FormatBool(s.Cached), failed,
	}
}

// whyNot lists the reasons of the checks of a sample that did not pass.
func whyNot(s *result.Sample) string {
	var reasons []string
	for _, t := range s.Turns {
		for _, v := range t.Verdicts {
			if v.Outcome != result.Passed {
				reasons = append(reasons, v.Kind+": "+v.Reason)
			}
		}
	}
	return strings.Join(reasons, "; ")
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// noFormula keeps a spreadsheet from computing what a model wrote: a cell that
// would be a formula begins with an apostrophe. Numbers stay.
func noFormula(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
