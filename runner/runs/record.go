package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Recorder writes the folder of a run as the run goes: a sink of its events.
type Recorder struct {
	store Store
	dir   string
	cases *os.File
	gates []result.Gate
	buf   bytes.Buffer
	err   error // the first; nothing is written after it
}

// Recorder returns what records a run, from its first event on.
func (s Store) Recorder(id string) *Recorder { return &Recorder{store: s, dir: s.Folder(id)} }

// Overlays is the folder for what is drawn of the run's cases. It need not exist.
func (r *Recorder) Overlays() string { return filepath.Join(r.dir, overlaysDir) }

// Event implements [event.Sink].
func (r *Recorder) Event(e event.Event) {
	if r.err != nil {
		return
	}
	switch e := e.(type) {
	case event.RunStarted:
		r.err = r.open(e.Manifest)
	case event.CaseJudged:
		r.err = r.add(e.Case)
	case event.GateJudged:
		r.gates = append(r.gates, e.Gate)
	case event.RunEnded:
		r.err = r.close(e.Manifest)
	}
}

// Err is why the run is not kept whole; nil when it is. A nil Recorder keeps nothing.
func (r *Recorder) Err() error {
	if r == nil || r.err == nil {
		return nil
	}
	return fmt.Errorf("the run is not kept: %w", r.err)
}

func (r *Recorder) open(m result.Manifest) error {
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(r.store.state, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		_ = os.WriteFile(ignore, []byte("*\n"), 0o644)
	}
	if err := r.write(manifestFile, m); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(r.dir, casesFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	r.cases = f
	return err
}

// write puts a file in place of an older one.
func (r *Recorder) write(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	temp := filepath.Join(r.dir, name+".new")
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(r.dir, name))
}

// add appends a case as one line, in one write.
func (r *Recorder) add(c *result.Case) error {
	r.buf.Reset()
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return err
	}
	_, err := r.cases.Write(r.buf.Bytes())
	return err
}

// close ends the record with what is known only now.
func (r *Recorder) close(m result.Manifest) error {
	var err error
	if len(r.gates) > 0 {
		err = r.write(gatesFile, r.gates)
	}
	return errors.Join(r.cases.Close(), err, r.write(manifestFile, m))
}
