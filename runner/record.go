package runner

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Files of a run directory. cases.jsonl only grows, so a kill loses at most the
// case in flight.
const (
	manifestFile = "manifest.json"
	casesFile    = "cases.jsonl"
	gatesFile    = "gates.json"
)

// runsDir holds the runs of a project.
func runsDir(project string) string { return filepath.Join(project, ".vlmspec", "runs") }

// recorder writes a run directory as the run goes.
type recorder struct {
	dir   string
	cases *os.File
	buf   bytes.Buffer
}

func newRecorder(project string, m result.Manifest) (*recorder, error) {
	r := &recorder{dir: filepath.Join(runsDir(project), m.ID)}
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return nil, fmt.Errorf("the run is not kept: %w", err)
	}
	ignore := filepath.Join(project, ".vlmspec", ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		_ = os.WriteFile(ignore, []byte("*\n"), 0o644)
	}
	if err := r.write(manifestFile, m); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(r.dir, casesFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the run is not kept: %w", err)
	}
	r.cases = f
	return r, nil
}

// write puts a file in place of an older one.
func (r *recorder) write(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("the run is not kept: %w", err)
	}
	temp := filepath.Join(r.dir, name+".new")
	if err := os.WriteFile(temp, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("the run is not kept: %w", err)
	}
	if err := os.Rename(temp, filepath.Join(r.dir, name)); err != nil {
		return fmt.Errorf("the run is not kept: %w", err)
	}
	return nil
}

// add appends a case as one line, in one write.
func (r *recorder) add(c *result.Case) error {
	r.buf.Reset()
	enc := json.NewEncoder(&r.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(c); err != nil {
		return fmt.Errorf("the run is not kept: %w", err)
	}
	if _, err := r.cases.Write(r.buf.Bytes()); err != nil {
		return fmt.Errorf("the run is not kept: %w", err)
	}
	return nil
}

func (r *recorder) close(m result.Manifest, gates []result.Gate) error {
	var err error
	if len(gates) > 0 {
		err = r.write(gatesFile, gates)
	}
	return errors.Join(r.cases.Close(), err, r.write(manifestFile, m))
}

// ReadRun reads a run directory, also one whose run was killed: a last line that
// is cut off is left out.
func ReadRun(dir string) (*result.Run, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	run := &result.Run{Cases: []result.Case{}}
	if err := json.Unmarshal(data, &run.Manifest); err != nil {
		return nil, fmt.Errorf("read the run: %s: %w", filepath.Join(dir, manifestFile), err)
	}
	f, err := os.Open(filepath.Join(dir, casesFile))
	if err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	defer f.Close()
	if err := readCases(f, run); err != nil {
		return nil, err
	}
	sortCases(run.Cases)
	if data, err := os.ReadFile(filepath.Join(dir, gatesFile)); err == nil { // a killed run has none
		if err := json.Unmarshal(data, &run.Gates); err != nil {
			return nil, fmt.Errorf("read the run: %s: %w", filepath.Join(dir, gatesFile), err)
		}
	}
	return run, nil
}

func readCases(f *os.File, run *result.Run) error {
	in := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 && err == nil {
			var c result.Case
			if err := json.Unmarshal(line, &c); err != nil {
				return fmt.Errorf("read the run: %s:%d: %w", f.Name(), n, err)
			}
			run.Cases = append(run.Cases, c)
		}
		if err != nil {
			return nil //nolint:nilerr // the end of the file, or of what the disk gives
		}
	}
}

// sortCases brings cases into the order of the specs; those of one line stay as
// they were judged.
func sortCases(cases []result.Case) {
	slices.SortStableFunc(cases, func(a, b result.Case) int {
		if a.File != b.File {
			if a.File < b.File {
				return -1
			}
			return 1
		}
		return a.Line - b.Line
	})
}

// LatestRun is the directory of a project's latest run.
func LatestRun(project string) (string, error) {
	entries, err := os.ReadDir(runsDir(project))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("look for runs: %w", err)
	}
	for _, e := range slices.Backward(entries) { // names sort by time
		if e.IsDir() {
			return filepath.Join(runsDir(project), e.Name()), nil
		}
	}
	return "", &SelectionError{"there is no run yet; make one with `vlmspec run`"}
}
