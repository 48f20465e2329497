package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// side is a run to compare, or one backend of it.
type side struct {
	folder  string // of the run
	zip     string // that holds it, instead
	backend string // "" is all
}

// sides are the base and the candidate that the command line names.
func (a *app) sides(ctx context.Context, args []string, f *comparing) (base, candidate side, err error) {
	switch {
	case f.against != "" && len(args) == 2:
		return base, candidate, usagef("with --against there is one run to compare, the candidate")
	case f.against != "":
		if candidate, err = a.side(append(args, "")[0]); err != nil {
			return base, candidate, err
		}
		base, err = a.baseOf(ctx, f.against)
		base.backend = candidate.backend
		return base, candidate, err
	case len(args) == 0:
		return base, candidate, usagef("name the run to compare with: `vlmspec compare BASE`; `vlmspec runs list` lists the runs, and --against REF takes that of a git ref")
	}
	if base, err = a.side(args[0]); err != nil {
		return base, candidate, err
	}
	if candidate, err = a.side(append(args[1:], "")[0]); err != nil {
		return base, candidate, err
	}
	if base == candidate {
		return base, candidate, usagef("both sides are the same run; name another one, or two of its backends as @NAME @OTHER")
	}
	return base, candidate, nil
}

// side reads RUN, RUN@BACKEND or @BACKEND.
func (a *app) side(text string) (side, error) {
	var s side
	if _, err := os.Lstat(text); err != nil {
		if i := strings.LastIndexByte(text, '@'); i >= 0 {
			text, s.backend = text[:i], text[i+1:]
			if s.backend == "" {
				return s, usagef("no backend stands behind the @ of %s@", text)
			}
		}
	}
	if strings.EqualFold(ext(text), ".zip") {
		s.zip = text
		return s, nil
	}
	var args []string
	if text != "" {
		args = []string{text}
	}
	var err error
	s.folder, _, err = a.findRun(args)
	return s, err
}

func ext(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[i:]
	}
	return ""
}

// read reads the run. One in a zip is unpacked for as long as that takes.
func (s side) read() (*result.Run, error) {
	if s.zip == "" {
		return runs.ReadFolder(s.folder)
	}
	dir, err := os.MkdirTemp("", "vlmspec-compare-")
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", s.zip, err)
	}
	defer os.RemoveAll(dir)
	store := runs.Open(dir)
	id, err := store.Import(s.zip)
	if refused, ok := errors.AsType[*runs.ImportError](err); ok {
		return nil, usageError{errors.New(visible.Line(refused.Problem()))}
	}
	if err != nil {
		return nil, err
	}
	return store.Read(id)
}
