package web

import (
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/vlmspec/vlmspec/runner/result"
)

// casesPerChunk is how many cases the page inflates at a time.
const casesPerChunk = 250

// Longest texts in a summary, in bytes: what a list shows, and what the filter
// looks through.
const (
	mostReason = 300
	mostSearch = 400
)

// Summary is what a page is shown first of a run.
type Summary struct {
	Format   int             `json:"format"`
	Version  string          `json:"version"` // of vlmspec, that wrote it
	Manifest result.Manifest `json:"manifest"`
	Suites   []string        `json:"suites"`   // names, by Row.Suite
	Files    []string        `json:"files"`    // paths, by Row.File
	Backends []string        `json:"backends"` // names, by Row.Backend
	Prompts  []string        `json:"prompts"`  // by Row.Prompt
	Cases    []Row           `json:"cases"`
	Images   []Picture       `json:"images"`
	Chunk    int             `json:"chunk"` // cases in a chunk
	Gates    []result.Gate   `json:"gates"`
	// NotRun are selected cases that the run has not come to, and Mistakes why nothing
	// was run.
	NotRun   []NotRun         `json:"not_run"`
	Mistakes []result.Mistake `json:"mistakes"`
	// Scatters belong to gates that compare with a column.
	Scatters   []Scatter   `json:"scatters"`
	Thresholds []Threshold `json:"thresholds"`
	Past       []Past      `json:"past"` // runs, the oldest first; the last is this one
}

// NotRun is a selected case that was not run, and why.
type NotRun struct {
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"`
}

func notRun(cases []result.Case) []NotRun {
	all := make([]NotRun, len(cases))
	for i := range cases {
		all[i] = NotRun{cases[i].ID, cases[i].Reason}
	}
	return all
}

// Row is a case in short. What is empty is left out.
type Row struct {
	ID      string         `json:"id"`
	Name    string         `json:"name"`
	Suite   int            `json:"suite"`
	File    int            `json:"file"`
	Line    int            `json:"line"`
	Backend int            `json:"backend"`
	Labels  []string       `json:"labels,omitempty"`
	Outcome result.Outcome `json:"outcome"`
	// Lets says that the outcome leaves the gate open.
	Lets    bool    `json:"lets,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	Score   float64 `json:"score"`
	Seconds float64 `json:"seconds"`
	// Image is the first image; -1 for none.
	Image   int `json:"image"`
	Images  int `json:"images,omitempty"` // how many it shows
	Passed  int `json:"passed"`           // samples
	Samples int `json:"samples"`
	// Kinds of its checks; Failing are those that did not pass.
	Kinds   []string `json:"kinds,omitempty"`
	Failing []string `json:"failing,omitempty"`
	Drawn   bool     `json:"drawn,omitempty"` // a check drew on an image
	Prompt  int      `json:"prompt"`          // of the last turn; -1 for none
	Answer  string   `json:"answer,omitempty"`
	// Measure is what tells how far off it was.
	Measure *Measure `json:"measure,omitempty"`
	// Confidence is the geometric mean of the probabilities of the answer's tokens.
	Confidence *float64 `json:"confidence,omitempty"`
	// Cluster is the same for cases that share an image.
	Cluster int `json:"cluster"`
	// Past is how it ended in the runs of Summary.Past, a letter each; see letters.
	Past string `json:"past,omitempty"`
}

// Measure is a measured value and its unit.
type Measure struct {
	What  string  `json:"what"`
	Unit  string  `json:"unit,omitempty"`
	Value float64 `json:"value"`
}

// table gives each text a number.
type table struct {
	texts  []string
	number map[string]int
}

func (t *table) of(text string) int {
	if n, ok := t.number[text]; ok {
		return n
	}
	if t.number == nil {
		t.number = map[string]int{}
	}
	t.number[text] = len(t.texts)
	t.texts = append(t.texts, text)
	return len(t.texts) - 1
}

// summarizer makes a summary, case by case.
type summarizer struct {
	suites, files, backends, prompts table
	images                           *pictures
	rows                             []Row
}

func (s *summarizer) add(c *result.Case) {
	r := Row{
		ID: c.ID, Name: c.Name, Suite: s.suites.of(c.Suite), File: s.files.of(c.File), Line: c.Line, Backend: s.backends.of(c.Backend),
		Labels: c.Labels, Outcome: c.Outcome, Lets: c.Passing(), Reason: short(c.Reason, mostReason), Score: c.Score, Seconds: c.Seconds,
		Image: -1, Images: len(c.Images), Samples: len(c.Samples), Prompt: -1,
	}
	for i, img := range c.Images {
		if n := s.images.of(img); i == 0 {
			r.Image = n
		}
	}
	for i := range c.Samples {
		if c.Samples[i].Outcome == result.Passed {
			r.Passed++
		}
	}
	r.Kinds, r.Failing, r.Drawn = kinds(c)
	r.Measure = farthest(c)
	if t := lastTurn(c); t != nil {
		r.Prompt, r.Answer = s.prompts.of(short(t.Prompt, mostSearch)), short(t.Answer, mostSearch)
		r.Confidence = confidence(t)
	}
	s.rows = append(s.rows, r)
}

// worst is the sample to look at: the first that did not pass, else the first.
func worst(c *result.Case) *result.Sample {
	for i := range c.Samples {
		if c.Samples[i].Outcome != result.Passed {
			return &c.Samples[i]
		}
	}
	if len(c.Samples) == 0 {
		return nil
	}
	return &c.Samples[0]
}

func lastTurn(c *result.Case) *result.Turn {
	s := worst(c)
	if s == nil || len(s.Turns) == 0 {
		return nil
	}
	return &s.Turns[len(s.Turns)-1]
}

// eachVerdict calls f with the verdicts of a case, in order; not with those inside
// of any_of and the like.
func eachVerdict(c *result.Case, f func(*result.Verdict)) {
	for i := range c.Samples {
		for j := range c.Samples[i].Turns {
			verdicts := c.Samples[i].Turns[j].Verdicts
			for k := range verdicts {
				f(&verdicts[k])
			}
		}
	}
}

// kinds are the kinds of a case's checks, those that did not pass, and whether one
// drew on an image.
func kinds(c *result.Case) (all, failing []string, drawn bool) {
	var every, bad table
	eachVerdict(c, func(v *result.Verdict) {
		every.of(v.Kind)
		if v.Outcome != result.Passed && !v.Warn {
			bad.of(v.Kind)
		}
		drawn = drawn || v.Overlay != nil
	})
	return every.texts, bad.texts, drawn
}

// short cuts a text to so many bytes, between characters.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// shown is a manifest as a page has it: a report that is passed on says nothing of
// the folders of who made it.
func shown(m result.Manifest) result.Manifest {
	m.Project = filepath.Base(strings.ReplaceAll(m.Project, `\`, "/"))
	m.Suites = nil
	return m
}
