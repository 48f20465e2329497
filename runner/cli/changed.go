package cli

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// changedSince lists the files that differ from a git commit, in the working
// tree and new ones too, by absolute path.
func changedSince(dir, ref string) (map[string]bool, error) {
	project, err := spec.LoadProject(dir)
	if err != nil {
		return nil, wrong(err)
	}
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-C", project.Dir}, args...)...).Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			problem, _, _ := strings.Cut(string(exit.Stderr), "\n")
			return "", usagef("--only-changed=%s: %s", ref, strings.TrimPrefix(problem, "fatal: "))
		} else if err != nil {
			return "", fmt.Errorf("--only-changed asks git: %w", err)
		}
		return string(out), nil
	}
	top, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	if top, err = filepath.EvalSymlinks(strings.TrimSpace(top)); err != nil {
		return nil, err
	}
	tracked, err := git("diff", "--name-only", "-z", "--no-renames", ref, "--")
	if err != nil {
		return nil, err
	}
	untracked, err := git("ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	for name := range strings.SplitSeq(tracked+untracked, "\x00") {
		if name != "" {
			changed[inProject(project.Dir, filepath.Join(top, filepath.FromSlash(name)))] = true
		}
	}
	return changed, nil
}

// inProject writes a path by way of the project's folder as it was given, which
// may be a symbolic link.
func inProject(dir, path string) string {
	target, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(target, path); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(dir, rel)
	}
	return path
}
