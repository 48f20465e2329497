// Package trust keeps a fresh clone from running programs: what a project itself
// brings to be started (plugins in its folder, commands of exec and python backends and
// of `command` checks) is started once its user has said so. What was trusted is recorded
// outside of the project, by place and SHA-256; what has changed since is asked about
// again. Start reading at [Store.Missing]; program.go says what counts as a program.
package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const (
	// Env names the environment variable that trusts whatever a project brings: 1, as
	// --trust does. It is for machines that exist to run the project, such as those of CI.
	Env = "VLMSPEC_TRUST"
	// LockFile of a project pins checksums; it counts in CI only, where whoever set up
	// the job has trusted the project.
	LockFile = "vlmspec.lock"

	maxFile = 16 << 20 // bytes of a record
)

// Store is what a user has trusted. It is for one goroutine.
type Store struct {
	path string
	file record
}

// record is the file of a store.
type record struct {
	Version  int                          `json:"version"`
	Projects map[string]map[string]string `json:"projects"` // by folder: digests by key
}

// lock is the file of pinned checksums.
type lock struct {
	Version  int               `json:"version"`
	Programs map[string]string `json:"programs"` // digests by key
}

// Open reads what the user has trusted: vlmspec/trusted.json in the folder of the
// user's configuration.
func Open() (*Store, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return nil, fmt.Errorf("there is no folder to record in what is trusted: %w", err)
	}
	s := &Store{path: filepath.Join(dir, "vlmspec", "trusted.json")}
	err = read(s.path, &s.file)
	if s.file.Projects == nil {
		s.file = record{Version: 1, Projects: map[string]map[string]string{}}
	}
	return s, err
}

// read reads a file of JSON; one that is not there is empty.
func read(path string, into any) error {
	data, err := regular.Text(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		return fmt.Errorf("read what is trusted: %s: %w", path, err)
	}
	return nil
}

// Path is where trust is recorded.
func (s *Store) Path() string { return s.path }

// Trusted reports whether a program of a project may be started.
func (s *Store) Trusted(project string, p Program) bool {
	trusted := s.file.Projects[itself(project)]
	return trusted[whole] == forever || p.Digest != "" && trusted[p.Key] == p.Digest
}

// whole is the key of a project that is trusted as it is and will be.
const (
	whole   = "*"
	forever = "whatever changes"
)

// TrustFolder records a whole project, also once it has changed: that of somebody who
// writes it.
func (s *Store) TrustFolder(project string) error {
	return s.Trust(project, []Program{{Key: whole, Digest: forever}})
}

// Trust records programs of a project, as they are now.
func (s *Store) Trust(project string, programs []Program) error {
	project = itself(project)
	trusted := s.file.Projects[project]
	if trusted == nil {
		trusted = map[string]string{}
	}
	for _, p := range programs {
		trusted[p.Key] = p.Digest
	}
	s.file.Projects[project] = trusted
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return fmt.Errorf("record what is trusted: %w", err)
	}
	return write(s.path, s.file, 0o600)
}

func write(path string, v any, mode os.FileMode) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		err = atomicfile.WriteFile(path, append(data, '\n'), atomicfile.Options{Mode: mode})
	}
	if err != nil {
		return fmt.Errorf("record what is trusted: %w", err)
	}
	return nil
}

// Pin writes checksums of programs into the project, for CI.
func Pin(project string, programs []Program) (path string, err error) {
	l := lock{Version: 1, Programs: map[string]string{}}
	for _, p := range programs {
		l.Programs[p.Key] = p.Digest
	}
	path = filepath.Join(project, LockFile)
	return path, write(path, l, 0o644)
}

// Missing lists the programs of a project that may not be started, each once.
func Missing(project string, programs []Program) ([]Program, error) {
	if len(programs) == 0 || said(os.Getenv(Env)) {
		return nil, nil
	}
	s, err := Open()
	if err != nil {
		return nil, err
	}
	pinned := lock{}
	if said(os.Getenv("CI")) {
		if err := read(filepath.Join(project, LockFile), &pinned); err != nil {
			return nil, err
		}
	}
	var missing []Program
	for _, p := range programs {
		pin := pinned.Programs[p.Key]
		if !s.Trusted(project, p) && (pin == "" || pin != p.Digest) && !slices.ContainsFunc(missing, func(m Program) bool { return m.Key == p.Key }) {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

// said reports whether a variable says yes, as CI systems write it.
func said(value string) bool {
	yes, err := strconv.ParseBool(strings.ToLower(value))
	return yes || err != nil && value != ""
}

// Error says what would be started, and how to allow it.
type Error struct{ Programs []Program }

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("this project brings programs of its own, which are not trusted yet:")
	for _, p := range e.Programs {
		b.WriteString("\n  " + p.String())
	}
	b.WriteString("\nLook at them; `vlmspec backends trust` lets them run from now on, until they change (--folder: whatever changes, for a project of your own), and --trust this time")
	return b.String()
}

// itself is a folder by its own name, so that a link to it is the same project.
func itself(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		return target
	}
	return dir
}
