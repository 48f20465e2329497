package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/vlmspec/vlmspec/internal/procgroup"
	"github.com/vlmspec/vlmspec/runner/internal/visible"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// baseOf is the last whole run of the commit at which the branch left a git ref; it
// is made, in a work tree of its own, where there is none.
func (a *app) baseOf(ctx context.Context, ref string) (side, error) {
	project, store, err := a.store()
	if err != nil {
		return side{}, err
	}
	commit, err := git(ctx, project.Dir, "merge-base", "HEAD", "--end-of-options", ref)
	if err != nil {
		return side{}, usagef("--against %s: %w", ref, err)
	}
	id, err := lastOf(store, commit)
	if err != nil || id != "" {
		return side{folder: store.Folder(id)}, err
	}
	fmt.Fprintf(a.err, "there is no whole run of %s yet, where this branch left %s: it is run now\n", short(commit), visible.Line(ref))
	if err := a.runAt(ctx, project, commit); err != nil {
		return side{}, fmt.Errorf("run %s: %w", short(commit), err)
	}
	if id, err = lastOf(store, commit); err == nil && id == "" {
		err = fmt.Errorf("the run of %s was not kept whole", short(commit))
	}
	return side{folder: store.Folder(id)}, err
}

func short(commit string) string { return commit[:min(len(commit), 12)] }

// lastOf is the latest run of a commit over all of its cases; "" where there is none.
func lastOf(store runs.Store, commit string) (string, error) {
	ids, err := store.IDs()
	if err != nil {
		return "", err
	}
	for _, id := range slices.Backward(ids) {
		m, err := store.Manifest(id)
		if err == nil && m.Commit == commit && !m.Ended.IsZero() && !m.Interrupted && m.Selected == m.Total {
			return id, nil
		}
	}
	return "", nil
}

// runAt runs the project as it was at a commit, into the run store of this one.
func (a *app) runAt(ctx context.Context, project *spec.Project, commit string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	prefix, err := git(ctx, project.Dir, "rev-parse", "--show-prefix")
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "vlmspec-against-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tree := filepath.Join(dir, "tree")
	if _, err := git(ctx, project.Dir, "worktree", "add", "--detach", "--quiet", tree, commit); err != nil {
		return err
	}
	defer func() { // also after Ctrl-C
		_, _ = git(context.WithoutCancel(ctx), project.Dir, "worktree", "remove", "--force", tree)
	}()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	// What is recorded is about that commit, and says nothing about the project here.
	defer setApart(runs.Open(project.State), tree, commit)
	run := exec.Command(program, "run", "-C", filepath.Join(tree, filepath.FromSlash(prefix), filepath.Base(project.File)), "--update", "none")
	run.Env = append(os.Environ(), spec.StateEnv+"="+project.State)
	var said bytes.Buffer
	run.Stderr = &said
	group := procgroup.New(run)
	if err := group.Start(); err != nil {
		return err
	}
	done := context.AfterFunc(ctx, group.Kill)
	defer done()
	err = group.Wait()
	if ctx.Err() != nil {
		return exit(exitInterrupted)
	}
	if failed, ok := errors.AsType[*exec.ExitError](err); ok && failed.ExitCode() == exitFailed {
		return nil // cases that fail are what is compared
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(visible.Text(said.String())))
	}
	return nil
}

// setApart does so with the runs that were made below a folder.
func setApart(store runs.Store, folder, commit string) {
	ids, _ := store.IDs()
	for _, id := range ids {
		if m, err := store.Manifest(id); err == nil && strings.HasPrefix(m.Project, folder) {
			_ = store.SetApart(id, "commit "+commit)
		}
	}
}

// git asks git in a folder.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		problem, _, _ := strings.Cut(strings.TrimSpace(string(failed.Stderr)), "\n")
		if problem == "" {
			problem = "git finds no commit that both have"
		}
		return "", errors.New(strings.TrimPrefix(problem, "fatal: "))
	}
	return strings.TrimSpace(string(out)), err
}
