// Package result holds what a run found out: verdicts, cases, the run. Every
// report, the run directory and the exit code are made from these types and
// nothing else; their JSON form is stable. Start reading at [Run].
package result

import "time"

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
	// Judges are how many labels of people measure the judges that gates stand on, by
	// their keys; see package judges.
	Judges map[string]int `json:"judges,omitempty"`
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
