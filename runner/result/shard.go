package result

// Shard says which part of a run a run is, and what all parts were to run.
type Shard struct {
	Index int `json:"index"` // from 1
	Count int `json:"count"`
	// Digest is the same for the parts of one split, Costs that of the file that the
	// split was balanced by, "" for none.
	Digest string    `json:"digest"`
	Costs  string    `json:"costs,omitempty"`
	Cases  []Planned `json:"cases"` // of all parts, in the order of the specs
}

// Planned is a case that is to run, in one part or another.
type Planned struct {
	ID      string `json:"id"`
	Backend string `json:"backend"`
	Suite   string `json:"suite"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Index   int    `json:"index"`
}
