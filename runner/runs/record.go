package runs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Recorder writes the folder of a run as the run goes. It is for one goroutine.
type Recorder struct {
	dir   string
	cases *os.File
	buf   bytes.Buffer
}

// Create begins to record a run.
func (s Store) Create(m result.Manifest) (*Recorder, error) {
	r := &Recorder{dir: s.Folder(m.ID)}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return nil, unrecorded(err)
	}
	ignore := filepath.Join(s.state, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		_ = os.WriteFile(ignore, []byte("*\n"), 0o644)
	}
	if err := r.write(manifestFile, m); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(r.dir, casesFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, unrecorded(err)
	}
	r.cases = f
	return r, nil
}

func unrecorded(err error) error { return fmt.Errorf("the run is not kept: %w", err) }

// Overlays is the folder for what is drawn of the run's cases. It need not exist.
func (r *Recorder) Overlays() string { return filepath.Join(r.dir, overlaysDir) }

// write puts a file in place of an older one.
func (r *Recorder) write(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return unrecorded(err)
	}
	temp := filepath.Join(r.dir, name+".new")
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return unrecorded(err)
	}
	if err := os.Rename(temp, filepath.Join(r.dir, name)); err != nil {
		return unrecorded(err)
	}
	return nil
}

// Add appends a case as one line, in one write.
func (r *Recorder) Add(c *result.Case) error {
	r.buf.Reset()
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return unrecorded(err)
	}
	if _, err := r.cases.Write(r.buf.Bytes()); err != nil {
		return unrecorded(err)
	}
	return nil
}

// Close ends the record with what is known only now.
func (r *Recorder) Close(m result.Manifest, gates []result.Gate) error {
	var err error
	if len(gates) > 0 {
		err = r.write(gatesFile, gates)
	}
	return errors.Join(r.cases.Close(), err, r.write(manifestFile, m))
}
