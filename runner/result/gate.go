package result

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
	// Uncalibrated lets it stand on a judge that few labels of people measure.
	Uncalibrated bool `json:"uncalibrated,omitempty"`
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
