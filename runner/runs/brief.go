package runs

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Brief is what is known of a case without what its answers said.
type Brief struct {
	ID         string             `json:"id"`
	Suite      string             `json:"suite"`
	Name       string             `json:"name"`
	Backend    string             `json:"backend"`
	Labels     []string           `json:"labels"`
	Outcome    result.Outcome     `json:"outcome"`
	Quarantine *result.Quarantine `json:"quarantine"`
	Score      float64            `json:"score"`
	Started    time.Time          `json:"started"`
	Seconds    float64            `json:"seconds"`
	Cached     bool               `json:"cached"`
	Digests    *result.Digests    `json:"digests"`
	Samples    []BriefSample      `json:"samples"`
}

// BriefSample is how a sample ended, and its tokens.
type BriefSample struct {
	Outcome result.Outcome `json:"outcome"`
	Turns   []struct {
		Tokens result.Tokens `json:"tokens"`
	} `json:"turns"`
}

// Judged is the outcome that quarantine hides.
func (b *Brief) Judged() result.Outcome {
	if b.Outcome == result.Quarantined && b.Quarantine != nil {
		return b.Quarantine.Outcome
	}
	return b.Outcome
}

// Passes is how many samples passed.
func (b *Brief) Passes() int {
	n := 0
	for i := range b.Samples {
		if b.Samples[i].Outcome == result.Passed {
			n++
		}
	}
	return n
}

// Tokens is how many tokens the model wrote, all samples.
func (b *Brief) Tokens() int {
	n := 0
	for i := range b.Samples {
		for _, t := range b.Samples[i].Turns {
			n += t.Tokens.Output
		}
	}
	return n
}

// EachBrief reads the manifest of a run, and calls f with every case in the order
// in which they were judged.
func (s Store) EachBrief(id string, f func(*Brief)) (m result.Manifest, err error) {
	if m, err = s.Manifest(id); err != nil {
		return m, err
	}
	err = eachLine(filepath.Join(s.Folder(id), casesFile), func(line []byte) error {
		var b Brief
		if err := json.Unmarshal(line, &b); err != nil {
			return err
		}
		f(&b)
		return nil
	})
	return m, err
}

// Stamp changes with what is stored of the cases of a run: the size of the file
// and when it was written. "" is a run of which nothing is there.
func (s Store) Stamp(id string) string { return stampOf(filepath.Join(s.Folder(id), casesFile)) }

// UnderWay reports whether a process writes the run.
func (s Store) UnderWay(id string) bool { return s.underWay(id) }

// HistoryFile is where the index over the runs is; see package history.
func (s Store) HistoryFile() string { return filepath.Join(s.state, "history.db") }

// LockHistory waits until no other process makes or changes the index, or the
// context ends.
func (s Store) LockHistory(ctx context.Context) (unlock func(), err error) {
	l := s.lockOf("history")
	if err := s.lockable(l); err != nil {
		return nil, err
	}
	if ok, err := l.TryLockContext(ctx, 20*time.Millisecond); !ok {
		return nil, fmt.Errorf("another process brings the history up to date: try again when that has ended (%w)", err)
	}
	return func() { _ = l.Unlock() }, nil
}

func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d@%d", info.Size(), info.ModTime().UnixNano())
}
