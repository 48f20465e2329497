package compare

import (
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// schema is the version of the JSON form of a comparison. It grows by what is added;
// another number means that something is gone or means something else.
const schema = 1

// Comparison is two runs, compared.
type Comparison struct {
	Schema    int      `json:"schema"`
	Verdict   Verdict  `json:"verdict"`
	Reason    string   `json:"reason"`
	Base      Side     `json:"base"`
	Candidate Side     `json:"candidate"`
	Options   Options  `json:"options"`
	Suites    []Suite  `json:"suites"` // the worst first
	Notes     []string `json:"notes,omitempty"`
}

// Side is one of the two runs.
type Side struct {
	Run      string                    `json:"run"`
	Started  time.Time                 `json:"started,omitzero"`
	Commit   string                    `json:"commit,omitempty"`
	Backends map[string]result.Backend `json:"backends,omitempty"`
	State    string                    `json:"state,omitempty"` // "interrupted", "killed"; "" for a whole run
	Cases    int                       `json:"cases"`
	Of       int                       `json:"of"` // cases that were selected
}

// Suite is a suite on one backend of each run.
type Suite struct {
	Name string `json:"name"`
	File string `json:"file"`
	// Base and Candidate are the backends.
	Base      string  `json:"base"`
	Candidate string  `json:"candidate"`
	Verdict   Verdict `json:"verdict"`
	Reason    string  `json:"reason"`

	Cases     int     `json:"cases"`  // compared
	Images    int     `json:"images"` // clusters of them
	Passed    [2]int  `json:"passed"` // base, candidate
	BaseShare float64 `json:"base_share"`
	Share     float64 `json:"candidate_share"`
	Errors    int     `json:"errors,omitempty"` // of the candidate, which count as not passed; those that it did not reach among them

	// Test decides; nil where there is nothing to compare.
	Test *Test `json:"test,omitempty"`
	// Beside it, for who knows these numbers: they take every case for independent.
	Beside *Beside `json:"beside,omitempty"`
	// Scores compares the mean scores of the cases, beside what passed.
	Scores *Scores `json:"scores,omitempty"`

	Labels []Label `json:"labels,omitempty"` // the one that lost most first
	Flips  []Flip  `json:"flips,omitempty"`  // lost, then gained
	Left   []Left  `json:"left,omitempty"`   // what was not compared, by reason
	// Known are cases that failed in both runs; those that were lost are news.
	Known int `json:"known_failures,omitempty"`

	Figures []Figure `json:"figures,omitempty"` // latency and tokens

	unsure int // cases of the specs without a result, of which it is not known which they are
}

// Interval is a confidence interval at 1 − alpha; nil ends are open.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Test is what decides: the sign flips of image sums, with their interval.
type Test struct {
	Diff     float64      `json:"diff"` // of the shares
	P        float64      `json:"p"`
	MidP     float64      `json:"midp"`
	Adjusted float64      `json:"adjusted_p"` // by Holm, over the suites of the comparison
	Differ   int          `json:"differ"`     // images whose sums differ
	Exact    bool         `json:"exact"`
	Interval *Interval    `json:"interval"` // nil where it is undefined
	Method   stats.Method `json:"method"`
	// DesignEffect is how many times as many cases it takes because they share images.
	DesignEffect float64 `json:"design_effect"`
	// Detectable is the least drop that so many cases find with a power of 80 percent;
	// nil for none.
	Detectable *float64 `json:"detectable"`
	// Needed is about how many cases would decide; 0 where that cannot be said.
	Needed int `json:"needed,omitempty"`
}

// Beside are numbers that do not decide.
type Beside struct {
	Both       int       `json:"both"`
	Lost       int       `json:"lost"`   // only the base passed
	Gained     int       `json:"gained"` // only the candidate did
	Neither    int       `json:"neither"`
	McNemar    float64   `json:"mcnemar_p"`
	McNemarMid float64   `json:"mcnemar_midp"`
	Newcombe   *Interval `json:"newcombe"`
	CohensH    float64   `json:"cohens_h"`
	CohensG    *float64  `json:"cohens_g"`
}

// Scores are mean scores, over samples too.
type Scores struct {
	Base      float64   `json:"base"`
	Candidate float64   `json:"candidate"`
	Diff      float64   `json:"diff"`
	P         float64   `json:"p"`
	Interval  *Interval `json:"interval"`
}

// Label is how the cases with a label did.
type Label struct {
	Label  string  `json:"label"`
	Cases  int     `json:"cases"`
	Lost   int     `json:"lost"`
	Gained int     `json:"gained"`
	Diff   float64 `json:"diff"`
}

// Left are cases that were not compared, for one reason.
type Left struct {
	Why    string   `json:"why"`
	Counts bool     `json:"counts,omitempty"` // as an error of the candidate
	Cases  []string `json:"cases"`            // IDs
}

// Flip is a case that passed in one run alone.
type Flip struct {
	ID     string         `json:"id"`
	Name   string         `json:"name"`
	File   string         `json:"file"`
	Line   int            `json:"line"`
	Labels []string       `json:"labels,omitempty"`
	Label  string         `json:"label,omitempty"` // of its labels the one that lost most
	Images []result.Image `json:"images,omitempty"`
	Lost   bool           `json:"lost"` // gained otherwise
	Base   Answer         `json:"base"`
	Now    Answer         `json:"candidate"`
}

// Answer is what one run said to a case, in the sample that tells most.
type Answer struct {
	Outcome  result.Outcome  `json:"outcome"`
	Passed   int             `json:"passed"` // samples
	Samples  int             `json:"samples"`
	Prompt   string          `json:"prompt,omitempty"`
	Text     string          `json:"text"`
	Finish   string          `json:"finish,omitempty"`
	Expected string          `json:"expected,omitempty"`
	Actual   string          `json:"actual,omitempty"`
	Reason   string          `json:"reason,omitempty"`
	Overlay  *result.Overlay `json:"overlay,omitempty"` // points and boxes
}

// Figure is a quantile of latency or tokens on both sides, over samples that were not
// answered from the cache.
type Figure struct {
	What      string   `json:"what"` // "latency", "output tokens"
	Unit      string   `json:"unit"` // "s", "tokens"
	Quantile  float64  `json:"quantile"`
	Base      Quantile `json:"base"`
	Candidate Quantile `json:"candidate"`
	// Differ says that the intervals do not meet.
	Differ bool `json:"differ,omitempty"`
}

// Quantile has an interval whose ends are nil where there are too few samples.
type Quantile struct {
	Samples int      `json:"samples"`
	Value   float64  `json:"value"`
	Low     *float64 `json:"low"`
	High    *float64 `json:"high"`
}
