package runs

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Read reads a run of the store.
func (s Store) Read(id string) (*result.Run, error) { return ReadFolder(s.Folder(id)) }

// Manifest reads what a run says of itself, without its cases.
func (s Store) Manifest(id string) (result.Manifest, error) {
	var m result.Manifest
	err := readJSON(filepath.Join(s.Folder(id), manifestFile), &m)
	return m, err
}

// ReadFolder reads the folder of a run, also of one that was killed: a last line
// that is cut off is left out. Its gates are evaluated from what it has recorded.
func ReadFolder(dir string) (*result.Run, error) {
	run := &result.Run{Cases: []result.Case{}}
	m, err := eachCase(dir, func(c *result.Case) { run.Cases = append(run.Cases, *c) })
	if err != nil {
		return nil, err
	}
	run.Manifest = m
	if run.NotRun, err = notRun(dir); err != nil {
		return nil, err
	}
	result.SortCases(run.Cases)
	run.Manifest.UnderWay = m.Ended.IsZero() && storeOf(dir).underWay(filepath.Base(dir))
	run.Gates = gate.Run(run)
	return run, nil
}

// notRun reads the cases that a run has not come to.
func notRun(dir string) (cases []result.Case, err error) {
	path := filepath.Join(dir, notRunFile)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	err = eachLine(path, func(line []byte) error {
		var c result.Case
		err := json.Unmarshal(line, &c)
		cases = append(cases, c)
		return err
	})
	result.SortCases(cases)
	return cases, err
}

// eachCase reads the manifest of a run, and calls f with every case, in the order
// in which they were judged.
func eachCase(dir string, f func(*result.Case)) (m result.Manifest, err error) {
	if err := readJSON(filepath.Join(dir, manifestFile), &m); err != nil {
		return m, err
	}
	err = eachLine(filepath.Join(dir, casesFile), func(line []byte) error {
		var c result.Case
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		findOverlays(&c, dir, m.Project)
		f(&c)
		return nil
	})
	return m, err
}

// findOverlays makes what was drawn of a case be found where the run is now: the
// project may have moved, or be another one.
func findOverlays(c *result.Case, dir, project string) {
	for i := range c.Samples {
		for j := range c.Samples[i].Turns {
			verdicts := c.Samples[i].Turns[j].Verdicts
			for k := range verdicts {
				o := verdicts[k].Overlay
				if o == nil || o.Drawn == "" {
					continue
				}
				abs, err := filepath.Abs(filepath.Join(dir, overlaysDir, path.Base(o.Drawn)))
				if err == nil {
					if rel, err := filepath.Rel(project, abs); err == nil {
						abs = rel
					}
					o.Drawn = filepath.ToSlash(abs)
				}
			}
		}
	}
}

func readJSON(path string, v any) error {
	data, err := regular.Read(path, maxLine)
	if err != nil {
		return unreadable(path, err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read the run: %w", fmt.Errorf("%s: %w", path, err))
	}
	return nil
}

// unreadable says what a folder lacks from which somebody has deleted something.
func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read the run: its folder has no %s, which was deleted or never written; remove %s: %w", filepath.Base(path), filepath.Dir(path), fs.ErrNotExist)
	}
	return fmt.Errorf("read the run: %w", err)
}

// maxLine bounds the length of a case.
const maxLine = 64 << 20

// eachLine calls f with every whole line of a file; one without a line feed was
// cut off.
func eachLine(path string, f func(line []byte) error) error {
	in, err := regular.Open(path)
	if err != nil {
		return unreadable(path, err)
	}
	defer in.Close()
	lines := bufio.NewReaderSize(in, 1<<20)
	for n := 1; ; n++ {
		line, err := nextLine(lines)
		if err == io.EOF { //nolint:errorlint // as nextLine returns it
			return nil
		}
		if err == nil {
			err = f(line)
		}
		if err != nil {
			return fmt.Errorf("read the run: %w", fmt.Errorf("%s:%d: %w", path, n, err))
		}
	}
}

// nextLine reads a line; io.EOF also where it is cut off.
func nextLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err != bufio.ErrBufferFull { //nolint:errorlint // as ReadSlice returns it
		return line, err
	}
	whole := slices.Clone(line)
	for err == bufio.ErrBufferFull { //nolint:errorlint // as ReadSlice returns it
		line, err = in.ReadSlice('\n')
		if whole = append(whole, line...); len(whole) > maxLine {
			return nil, fmt.Errorf("the line is longer than %d MB", maxLine>>20)
		}
	}
	return whole, err
}
