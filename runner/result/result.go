// Package result holds what a run found out: verdicts, cases, the run. Every
// report, the run directory and the exit code are made from these types and
// nothing else; their JSON form is stable. Start reading at [Run].
package result

import "time"

// Outcome is how a check, a sample or a case ended.
type Outcome string

// The outcomes. A case has exactly one.
const (
	Passed   Outcome = "passed"
	Failed   Outcome = "failed"
	Unstable Outcome = "unstable" // some samples passed, fewer than required
	Error    Outcome = "error"    // infrastructure: crash, timeout, bad image
	Skipped  Outcome = "skipped"
	Stale    Outcome = "stale"   // golden made for another image or prompt
	XFailed  Outcome = "xfailed" // failed, as the spec says it would: counts as passed
	XPassed  Outcome = "xpassed" // passed although marked xfail: counts as failed
	// Quarantined is a case that did not pass, and does not gate until a date.
	Quarantined Outcome = "quarantined"
	// Inconclusive is a gate that too few cases leave open.
	Inconclusive Outcome = "inconclusive"
	// Unchecked is an answer that no check has judged. It never counts as passed;
	// --allow-unchecked lets it be.
	Unchecked Outcome = "unchecked"
	// NotRun is a selected case that the run has not come to: it has neither passed
	// nor failed. Such cases are in [Run.NotRun], never among the judged ones.
	NotRun Outcome = "not_run"
)

// Passing reports whether an outcome leaves the gate open; see [Case.Passing]
// for a case.
func (o Outcome) Passing() bool {
	return o == Passed || o == Skipped || o == XFailed || o == Quarantined
}

// Verdict is what one check said about one answer.
type Verdict struct {
	Kind    string  `json:"kind"` // of the check: "equals"
	Outcome Outcome `json:"outcome"`
	Score   float64 `json:"score"`            // 0..1
	Weight  float64 `json:"weight,omitempty"` // 0 counts as 1
	Warn    bool    `json:"warn,omitempty"`   // reported, never fails the case
	// Unread says that the answer cannot be read: the outcome is failed, also under
	// `not`, and Reason begins with "cannot be read: ".
	Unread bool `json:"unread,omitempty"`
	// Expected, Actual and Reason are for people: shortened, control characters
	// visible. Nothing reads them back; what a program needs is in the fields below.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"` // what was read out of the answer
	Reason   string `json:"reason,omitempty"` // a sentence a person can act on
	// Read is the text that was judged, whole: the answer, or the part of it that `on` names.
	Read     string    `json:"read,omitempty"`
	Measures []Measure `json:"measures,omitempty"`
	Class    *Class    `json:"class,omitempty"` // of yes_no, for F1
	File     string    `json:"file,omitempty"`
	Line     int       `json:"line,omitempty"`
	Overlay  *Overlay  `json:"overlay,omitempty"`
	Judge    *Judge    `json:"judge,omitempty"`
	Inner    []Verdict `json:"inner,omitempty"`  // of the checks in any_of, all_of and none_of
	Golden   *Golden   `json:"golden,omitempty"` // of the check golden, where it could judge
}

// Measure is a number that a check compared with what is allowed: what a gauge
// or a threshold is drawn from.
type Measure struct {
	What   string   `json:"what"`             // "value", "iou", "distance", "similarity", "grade"
	Unit   string   `json:"unit,omitempty"`   // "s", "tokens", "" for a plain number
	Target *int     `json:"target,omitempty"` // index of the target in the check, from 0
	Found  *int     `json:"found,omitempty"`  // index of the point or box of the answer that it was matched with, from 0
	Value  float64  `json:"value"`
	Min    *float64 `json:"min,omitempty"` // least that passes, inclusive; nil is no bound
	Max    *float64 `json:"max,omitempty"` // most that passes, inclusive; nil is no bound
}

// Class is what an answer was sorted into, and what it should have been.
type Class struct {
	Expected string `json:"expected"`
	Found    string `json:"found,omitempty"` // "" where the answer cannot be read
}

// Judge is what another model was asked about an answer, and what it said.
type Judge struct {
	Backend string `json:"backend"`
	Prompt  string `json:"prompt"`
	Answer  string `json:"answer"`
	Tries   int    `json:"tries"` // until a grade could be read
	Cached  bool   `json:"cached,omitempty"`
	// Reasoning is what it thought before it answered.
	Reasoning string `json:"reasoning,omitempty"`
}

// Overlay is what a vision check looked at, for drawing over the image.
// Coordinates are normalised to [0,1], x right, y down.
type Overlay struct {
	Image    int     `json:"image"`           // index into the case's images
	Drawn    string  `json:"drawn,omitempty"` // PNG with the shapes over the image, relative to the project
	Expected []Shape `json:"expected,omitempty"`
	Found    []Shape `json:"found,omitempty"`
}

// Shape is a point, circle, box or polygon.
type Shape struct {
	Kind   string       `json:"kind"`             // "point", "circle", "box", "polygon", "mask"
	Points [][2]float64 `json:"points,omitempty"` // point: 1; circle: centre; box: two corners; polygon: vertices
	Radius float64      `json:"radius,omitempty"` // circle: fraction of the image's longer side unless a check says otherwise
	Path   string       `json:"path,omitempty"`   // mask: image file, or .json
	// Segmentation, Class and Threshold are of a mask, as in package mask.
	Segmentation any    `json:"segmentation,omitempty"`
	Class        string `json:"class,omitempty"`
	Threshold    int    `json:"threshold,omitempty"`
	Label        string `json:"label,omitempty"`
	OK           bool   `json:"ok,omitempty"` // matched
}

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

// Run is a whole run: what was run, where, and its outcome.
type Run struct {
	Manifest Manifest `json:"manifest"`
	Cases    []Case   `json:"cases"`
	// NotRun are the selected cases that the run has not come to, each with the reason.
	NotRun []Case `json:"not_run,omitempty"`
	Gates  []Gate `json:"gates,omitempty"`
	// Mistakes are why nothing was run; there are no cases then.
	Mistakes []Mistake `json:"mistakes,omitempty"`
}

// Mistake is what is wrong with a spec, another file of the project or the command
// line.
type Mistake struct {
	File    string `json:"file,omitempty"` // relative to the project, slashes; "" is the command line
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"` // what is wrong, and a hint
}

// Killed reports whether the run ended without saying so.
func (m *Manifest) Killed() bool { return m.Ended.IsZero() && !m.UnderWay }

// Until is when the run ended; of one that was killed or is under way, when its
// last case did.
func (r *Run) Until() time.Time {
	until := r.Manifest.Ended
	if !until.IsZero() {
		return until
	}
	until = r.Manifest.Started
	for i := range r.Cases {
		c := &r.Cases[i]
		if end := c.Started.Add(time.Duration(c.Seconds * float64(time.Second))); end.After(until) {
			until = end
		}
	}
	return until
}

// Gate is a metric over the cases of a suite on one backend, and whether it
// keeps to its bounds.
type Gate struct {
	Suite   string `json:"suite"`
	Backend string `json:"backend"`
	// OneOfSeveral says that the suite has more than one backend.
	OneOfSeveral bool         `json:"one_of_several,omitempty"`
	Name         string       `json:"name"`              // for people: "srcc of score against mos"
	Metric       string       `json:"metric"`            // "srcc"
	Of           string       `json:"of,omitempty"`      // kind of check whose verdicts are meant; "" is the case
	Against      string       `json:"against,omitempty"` // column of the rows
	Label        string       `json:"label,omitempty"`   // only cases with it
	File         string       `json:"file"`
	Line         int          `json:"line"`
	Value        *float64     `json:"value"`          // nil when undefined or not evaluated
	Low          *float64     `json:"low,omitempty"`  // of the interval at Confidence, else at 0.95
	High         *float64     `json:"high,omitempty"` //
	Confidence   *float64     `json:"confidence,omitempty"`
	Min          *float64     `json:"min,omitempty"`
	Max          *float64     `json:"max,omitempty"`
	Published    *Published   `json:"published,omitempty"` // that it is to reproduce
	Cases        int          `json:"cases"`
	Labels       []LabelValue `json:"labels,omitempty"`
	// Outcome is passed, failed, inconclusive, skipped (not evaluated) or error (not
	// defined); "" for a value without a bound, which can neither pass nor fail.
	Outcome Outcome `json:"outcome,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	// Disagreements are those of a parity, the worst first, a hundred at most.
	Disagreements []Disagreement `json:"disagreements,omitempty"`
}

// Disagreement is a case that two backends answered differently.
type Disagreement struct {
	Case     string   `json:"case"` // its ID without the backend
	Line     int      `json:"line,omitempty"`
	Sample   int      `json:"sample"`
	Turn     int      `json:"turn"`
	Missing  bool     `json:"missing,omitempty"`  // an answer is, on one side at least
	Of       string   `json:"of,omitempty"`       // answer, or outcome, of the backend that is compared with
	With     string   `json:"with,omitempty"`     // of this backend
	Distance *float64 `json:"distance,omitempty"` // of the log-probabilities of the first token
	Reason   string   `json:"reason"`
}

// Passing reports whether the gate is open.
func (g *Gate) Passing() bool { return g.Outcome == "" || g.Outcome.Passing() }

// LabelValue is a metric over the cases with a label.
type LabelValue struct {
	Label string  `json:"label"`
	Cases int     `json:"cases"`
	Value float64 `json:"value"`
}

// Suite is what a spec file held before anything was selected, and the gates
// over it: what is needed to evaluate them again.
type Suite struct {
	Name  string         `json:"name"`
	File  string         `json:"file"`  // relative to the project, slashes
	Cases map[string]int `json:"cases"` // how many, by backend
	Gates []GateRule     `json:"gates,omitempty"`
	// Parity is nil where backends need not agree.
	Parity *ParityRule `json:"parity,omitempty"`
}

// ParityRule names backends that must answer like one, and how much they may
// differ; nil is no bound.
type ParityRule struct {
	Of         string   `json:"of"`
	With       []string `json:"with"`
	Verdicts   *float64 `json:"verdicts,omitempty"`    // least share of cases that are judged alike
	Answers    *float64 `json:"answers,omitempty"`     // least share of cases with the same answers
	FirstToken *float64 `json:"first_token,omitempty"` // greatest difference of log-probabilities
	Line       int      `json:"line"`
}

// GateRule is a gate as its spec says it: a metric, and the bounds of its value.
type GateRule struct {
	Metric     string   `json:"metric"`            // "accuracy"
	Of         string   `json:"of,omitempty"`      // kind of the checks it is about
	Against    string   `json:"against,omitempty"` // column that it is compared with
	Label      string   `json:"label,omitempty"`   // of the cases it is about
	Min        *float64 `json:"min,omitempty"`
	Max        *float64 `json:"max,omitempty"`
	Confidence *float64 `json:"confidence,omitempty"`
	Line       int      `json:"line"`
	// Published is a score that the metric is to reproduce; Min and Max are nil then.
	Published *Published `json:"published,omitempty"`
	// File is where the rule stands, where that is a file that the spec includes.
	File string `json:"file,omitempty"`
}

// Published is a score that somebody has published.
type Published struct {
	Benchmark string  `json:"benchmark"` // "mmmu"
	Score     float64 `json:"score"`     // in percent
	Within    float64 `json:"within"`    // points either way
	Source    string  `json:"source"`
	Items     int     `json:"items,omitempty"` // that it was measured on; 0 where that is not said
}

// What made a run.
const (
	MadeByRun   = "run"   // vlmspec run, which watch calls too
	MadeByScore = "score" // answers that were made elsewhere
)

// Manifest pins what determined a run.
type Manifest struct {
	ID          string             `json:"id"` // names the run directory; sorts by time
	Version     string             `json:"version"`
	MadeBy      string             `json:"made_by"` // [MadeByRun] or [MadeByScore]
	Project     string             `json:"project"` // absolute folder of vlmspec.yaml
	Args        []string           `json:"args,omitempty"`
	Profile     string             `json:"profile,omitempty"`
	Commit      string             `json:"commit,omitempty"` // git, "+dirty" when it was
	Host        Host               `json:"host"`
	Backends    map[string]Backend `json:"backends,omitempty"`
	Seed        int64              `json:"seed"`     // of the shuffle
	Selected    int                `json:"selected"` // cases that were to run
	Total       int                `json:"total"`    // cases in all specs
	Suites      []Suite            `json:"suites,omitempty"`
	Started     time.Time          `json:"started"`
	Ended       time.Time          `json:"ended,omitzero"`
	Interrupted bool               `json:"interrupted,omitempty"`
	Shard       *Shard             `json:"shard,omitempty"`     // which part of a run it is; nil is the whole
	Merged      []string           `json:"merged,omitempty"`    // the runs that it was merged of
	Lacks       string             `json:"lacks,omitempty"`     // why a merged run lacks cases: "shard 3 of 4 is missing"
	UnderWay    bool               `json:"under_way,omitempty"` // it was being written when it was read
	// UnusedGoldens are the keys of accepted answers that no case compares with;
	// known when all specs were read.
	UnusedGoldens []string `json:"unused_goldens,omitempty"`
}

// Host is the machine of a run.
type Host struct {
	Name string `json:"name"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
}

// Backend is a backend as it described itself.
type Backend struct {
	Plugin      string            `json:"plugin"`
	Version     string            `json:"version,omitempty"`
	Engine      string            `json:"engine,omitempty"` // what computes inside it, with its version
	Model       string            `json:"model,omitempty"`
	ModelDigest string            `json:"model_digest,omitempty"`
	Device      string            `json:"device,omitempty"`
	Details     map[string]string `json:"details,omitempty"`
}
