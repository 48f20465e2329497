package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Recorder writes the folder of a run as the run goes: a sink of its events.
type Recorder struct {
	store    Store
	dir      string
	lock     *flock.Flock
	manifest result.Manifest
	cases    *os.File
	notRun   *os.File // nil while there is nothing in it
	added    int      // cases
	buf      bytes.Buffer
	outcomes bytes.Buffer // of outcomesFile
	err      error        // the first; nothing is written after it
}

// Recorder returns what records a run, from its first event on.
func (s Store) Recorder(id string) *Recorder {
	return &Recorder{store: s, dir: s.Folder(id), lock: s.lockOf(id)}
}

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
		r.err = r.add(e)
	case event.CaseNotRun:
		r.err = r.leaveOut(e.Case)
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
	r.manifest = m
	if err := r.store.mkdir(r.store.Dir()); err != nil {
		return err
	}
	if err := r.store.lockable(r.lock); err != nil {
		return err
	}
	if err := r.lock.Lock(); err != nil {
		return err
	}
	if err := os.Mkdir(r.dir, 0o755); err != nil { // nobody has it
		return err
	}
	if err := r.writeJSON(manifestFile, m); err != nil {
		return err
	}
	var err error
	r.cases, err = r.lines(casesFile)
	return err
}

// lines makes a file that only grows.
func (r *Recorder) lines(name string) (*os.File, error) {
	return os.OpenFile(filepath.Join(r.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
}

func (r *Recorder) writeJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return r.write(name, append(data, '\n'))
}

func (r *Recorder) write(name string, data []byte) error {
	return atomicfile.WriteFile(filepath.Join(r.dir, name), data, atomicfile.Options{})
}

// add appends a case as one line, in one write.
func (r *Recorder) add(e event.CaseJudged) error {
	line, err := e.JSON()
	if err != nil {
		return err
	}
	r.buf.Reset()
	r.buf.Write(line)
	r.buf.WriteByte('\n')
	if _, err := r.cases.Write(r.buf.Bytes()); err != nil {
		return err
	}
	outcomeOf(e.Case, &r.manifest).append(&r.outcomes)
	r.added++
	return nil
}

func (r *Recorder) append(f *os.File, c *result.Case) error {
	r.buf.Reset()
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return err
	}
	_, err := f.Write(r.buf.Bytes())
	return err
}

// leaveOut records a case that was not run.
func (r *Recorder) leaveOut(c *result.Case) (err error) {
	if r.notRun == nil {
		if r.notRun, err = r.lines(notRunFile); err != nil {
			return err
		}
	}
	return r.append(r.notRun, c)
}

// close ends the record with what is known only now.
func (r *Recorder) close(m result.Manifest) error {
	outcomes := append(outcomesHead(m.MadeBy, r.added), r.outcomes.Bytes()...)
	defer r.unlock()
	if r.notRun != nil {
		defer r.notRun.Close()
	}
	return errors.Join(r.cases.Close(), r.write(outcomesFile, outcomes), r.writeJSON(manifestFile, m))
}

// unlock says that the run is not written any more.
func (r *Recorder) unlock() {
	_ = os.Remove(r.lock.Path())
	_ = r.lock.Unlock()
}
