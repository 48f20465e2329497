package runs

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/gate"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Read reads a run of the store.
func (s Store) Read(id string) (*result.Run, error) { return ReadFolder(s.Folder(id)) }

// ReadFolder reads the folder of a run, also of one that was killed: a last line
// that is cut off is left out. Its gates are evaluated from what it has recorded.
func ReadFolder(dir string) (*result.Run, error) {
	run := &result.Run{Cases: []result.Case{}}
	if err := readJSON(filepath.Join(dir, manifestFile), &run.Manifest); err != nil {
		return nil, err
	}
	f, err := regular.Open(filepath.Join(dir, casesFile))
	if err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	defer f.Close()
	err = eachLine(f, f.Name(), func(line []byte) error {
		var c result.Case
		err := json.Unmarshal(line, &c)
		run.Cases = append(run.Cases, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	result.SortCases(run.Cases)
	run.Manifest.UnderWay = run.Manifest.Ended.IsZero() && storeOf(dir).underWay(filepath.Base(dir))
	run.Gates = gate.Run(run)
	return run, nil
}

func readJSON(path string, v any) error {
	data, err := regular.Read(path, 1<<30)
	if err != nil {
		return fmt.Errorf("read the run: %w", err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("read the run: %s: %w", path, err)
	}
	return nil
}

// eachLine calls f with every whole line; one without a line feed was cut off.
func eachLine(r io.Reader, name string, f func(line []byte) error) error {
	in := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF { //nolint:errorlint // as ReadBytes returns it
			return nil
		}
		if err == nil {
			err = f(line)
		}
		if err != nil {
			return fmt.Errorf("read the run: %s:%d: %w", name, n, err)
		}
	}
}
