package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// wantedReports are the reports that the command line or a profile names.
type wantedReports struct {
	words []string // KIND or KIND=PATH
	below string   // folder that paths of a profile are relative to; "" is the current folder
}

// targets reads them; those without a path go below the project.
func (w wantedReports) targets(project string) ([]report.Target, error) {
	var targets []report.Target
	for _, word := range w.words {
		t, err := report.ParseTarget(word, project)
		if err != nil {
			return nil, usageError{err}
		}
		if w.below != "" {
			t = t.Below(w.below)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// clearReports removes the reports of an earlier run.
func clearReports(targets []report.Target) error {
	var errs []error
	for _, t := range targets {
		if err := t.Clear(); err != nil {
			errs = append(errs, fmt.Errorf("remove the report of an earlier run: %w", err))
		}
	}
	return errors.Join(errs...)
}

// writeReports writes every report of a run that is kept in a folder, also after
// one could not be.
func (a *app) writeReports(out io.Writer, run *result.Run, folder string, targets []report.Target) (files []string, err error) {
	for _, t := range targets {
		t.Folder = folder
		written, writeErr := t.Write(out, run)
		for _, file := range written {
			if warning := t.TooLarge(file); warning != "" {
				fmt.Fprintln(a.err, "vlmspec: warning:", warning)
			}
		}
		files = append(files, written...)
		err = errors.Join(err, writeErr)
	}
	return files, err
}

// refuse ends a run that cannot begin: its reports hold the mistakes, so that none
// of an earlier run is taken for its own.
func (a *app) refuse(mistake error, wanted wantedReports) error {
	if len(wanted.words) == 0 {
		return mistake
	}
	dir, err := spec.ProjectDir(a.dir)
	if err != nil { // which is the mistake
		dir, _ = filepath.Abs(a.dir)
	}
	targets, err := wanted.targets(dir)
	if err != nil {
		return errors.Join(mistake, err)
	}
	run := secret.Clean(a.secrets.Load(), refused(mistake, dir))
	_, err = a.writeReports(a.rawOut, &run, "", targets)
	if err != nil {
		a.complain(err)
	}
	return mistake
}

// refused is a run that consists of mistakes.
func refused(mistake error, dir string) result.Run {
	host, _ := os.Hostname()
	now := time.Now()
	run := result.Run{Cases: []result.Case{}, Manifest: result.Manifest{
		Version: Version, MadeBy: result.MadeByRun, Project: dir, Args: os.Args[1:], Started: now, Ended: now,
		Host: result.Host{Name: host, OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU()},
	}}
	for _, e := range spec.Mistakes(mistake) {
		run.Mistakes = append(run.Mistakes, result.Mistake{File: e.Pos.File, Line: e.Pos.Line, Column: e.Pos.Column, Message: e.Message()})
	}
	return run
}
