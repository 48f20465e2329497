package result

import (
	"time"
)

// Case is one test case's result.
type Case struct {
	ID    string `json:"id"`
	Suite string `json:"suite"`
	Name  string `json:"name"`
	File  string `json:"file"` // spec file, relative to the project, slashes
	Line  int    `json:"line"`
	// OneOfSeveral says that the specs name more than one backend, so that reports
	// name that of the case.
	OneOfSeveral bool `json:"one_of_several,omitempty"`
	// Siblings is how many other cases stand at Line: rows, or other backends.
	Siblings int               `json:"siblings,omitempty"`
	Index    int               `json:"index"` // place among all cases of the specs, from 0
	Backend  string            `json:"backend"`
	Labels   []string          `json:"labels,omitempty"`
	Vars     map[string]string `json:"vars,omitempty"` // row variables
	Images   []Image           `json:"images,omitempty"`
	Params   map[string]any    `json:"params,omitempty"` // it was generated with, but for the seed of a sample
	Outcome  Outcome           `json:"outcome"`
	Reason   string            `json:"reason,omitempty"`  // why not passed, or why skipped
	Score    float64           `json:"score"`             // weighted mean over checks and samples, 0..1
	Require  string            `json:"require,omitempty"` // "all", "4/5"
	XFail    string            `json:"xfail,omitempty"`
	// Quarantine is that of the case, also when it passes or the quarantine is over.
	Quarantine *Quarantine `json:"quarantine,omitempty"`
	Samples    []Sample    `json:"samples,omitempty"`
	// MaxSamples is how many samples there are at most of a case that stops as soon as
	// its verdict is decided; 0 for one that does not. Where there are fewer, they say
	// whether the case passes, and not how often: their share is biased.
	// With Sequential, a confidence, they end once the rate is shown to be above or below
	// what is required.
	Sequential float64   `json:"sequential,omitempty"`
	MaxSamples int       `json:"max_samples,omitempty"`
	Started    time.Time `json:"started,omitzero"`
	Seconds    float64   `json:"seconds"` // inference and judging, all samples
	// CutOff is how many of its answers ended at their limit (finish: length), so that
	// what they say may not be whole: a warning, passing or not.
	CutOff  int      `json:"cut_off,omitempty"`
	Cached  bool     `json:"cached,omitempty"` // every sample is
	Digests *Digests `json:"digests,omitempty"`
	// AllowUnchecked lets the outcome unchecked be.
	AllowUnchecked bool `json:"allow_unchecked,omitempty"`
}

// Passing reports whether the case leaves the gate open.
func (c *Case) Passing() bool {
	return c.Outcome.Passing() || c.Outcome == Unchecked && c.AllowUnchecked
}

// Quarantine lets a case run without gating, until the end of a day.
type Quarantine struct {
	Until   string  `json:"until"` // the last day, 2006-01-02, UTC
	Reason  string  `json:"reason"`
	File    string  `json:"file"`
	Line    int     `json:"line"`
	Expired bool    `json:"expired,omitempty"` // it is over: the case gates
	Outcome Outcome `json:"outcome,omitempty"` // of the case without it
}

// Image is an image a case showed, by digest; never its content.
type Image struct {
	Path   string `json:"path"` // relative to the project, slashes
	SHA256 string `json:"sha256,omitempty"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
}

// Sample is one complete conversation of a case.
type Sample struct {
	Index   int     `json:"index"`
	Seed    uint32  `json:"seed"`
	Outcome Outcome `json:"outcome"`
	Turns   []Turn  `json:"turns,omitempty"`
	Error   *Fault  `json:"error,omitempty"`
	Retries []Fault `json:"retries,omitempty"` // infrastructure errors that a later try overcame
	Cached  bool    `json:"cached,omitempty"`  // answered from the cache, turn by turn; its timings are 0
}

// Turn is one prompt and its answer.
type Turn struct {
	Prompt    string    `json:"prompt"`              // text with <image> where an image stood
	Answer    string    `json:"answer"`              // without the reasoning
	Reasoning string    `json:"reasoning,omitempty"` // what the model thought before it answered
	Finish    string    `json:"finish,omitempty"`
	Verdicts  []Verdict `json:"verdicts,omitempty"`
	Timings   Timings   `json:"timings"`
	Tokens    Tokens    `json:"tokens"`
	// Cost is what the answer cost, and JudgeCosts what judges of it did; nil where no
	// price is known or nobody was asked.
	Cost       *Cost     `json:"cost,omitempty"`
	JudgeCosts []Cost    `json:"judge_costs,omitempty"`
	LogProbs   []float64 `json:"logprobs,omitempty"` // of the answer; nil too where reasoning stood in the same text
	Cached     bool      `json:"cached,omitempty"`   // taken from the cache
	// CachedImages is how many of the images that the conversation has shown so far
	// the backend had encoded before.
	CachedImages int `json:"cached_images,omitempty"`
	// Unclosed says that the reasoning does not end, so that there is no answer.
	Unclosed bool `json:"unclosed,omitempty"`
	// Shown is the size at which the model was shown each image that the conversation
	// has shown so far, in pixels; nil, or 0 by 0, where the backend does not say.
	Shown []Size `json:"shown,omitempty"`
}

// Size is a width and a height, in pixels.
type Size struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// Fault is an infrastructure error.
type Fault struct {
	Kind    string `json:"kind"` // sdk.ErrorKind: "crashed", "timeout", "invalid_request"
	Message string `json:"message"`
	Stderr  string `json:"stderr,omitempty"` // last lines of the plugin, when it crashed
}

// Timings splits an answer's time, in seconds.
type Timings struct {
	Queue      float64 `json:"queue"`
	Preprocess float64 `json:"preprocess"`
	Encode     float64 `json:"encode"`
	Prefill    float64 `json:"prefill"`
	Decode     float64 `json:"decode"`
	Total      float64 `json:"total"` // from dispatch to the last token, as the host saw it
}

// Tokens counts an answer's tokens.
type Tokens struct {
	Text   int `json:"text"`
	Image  int `json:"image"`
	Output int `json:"output"`
	Cached int `json:"cached,omitempty"` // of the prompt: computed for an earlier request that began alike
}
