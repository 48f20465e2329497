package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// GitHub shows about ten annotations of a step, and takes a job summary below 1 MiB.
const (
	maxAnnotations = 10
	maxSummary     = 1 << 20
)

// annotation is a workflow command about a line of a file; a file of "" is about none.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
type annotation struct {
	level, file  string
	line, column int
	title, text  string
}

func (a annotation) String() string {
	var at strings.Builder
	if a.file != "" {
		fmt.Fprintf(&at, "file=%s,line=%d,", commandValue(a.file), max(a.line, 1))
	}
	if a.column > 0 {
		fmt.Fprintf(&at, "col=%d,", a.column)
	}
	return fmt.Sprintf("::%s %stitle=%s::%s\n", a.level, at.String(), commandValue(a.title), commandText(a.text))
}

// writeGitHub writes annotations to w, and appends the Markdown report to the file
// that $GITHUB_STEP_SUMMARY names.
func writeGitHub(w io.Writer, run *result.Run) error {
	var all strings.Builder
	bad, warnings := errorAnnotations(run), warningAnnotations(run)
	for _, a := range bad[:min(len(bad), maxAnnotations)] {
		all.WriteString(a.String())
	}
	for _, a := range warnings[:min(len(warnings), maxAnnotations)] {
		all.WriteString(a.String())
	}
	if left := len(bad) - maxAnnotations; left > 0 {
		all.WriteString(annotation{level: "notice", title: "vlmspec", text: fmt.Sprintf("%d more errors are left out here; the job summary lists them", left)}.String())
	}
	if _, err := io.WriteString(w, all.String()); err != nil {
		return err
	}
	if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
		return appendSummary(path, run)
	}
	return nil
}

// errorAnnotations are the mistakes, the gates that were missed and the failing cases.
func errorAnnotations(run *result.Run) (all []annotation) {
	for _, m := range run.Mistakes {
		all = append(all, annotation{"error", inWorkspace(run, m.File), m.Line, m.Column, "vlmspec", m.Message})
	}
	for _, g := range missed(run) {
		all = append(all, annotation{"error", inWorkspace(run, g.File), g.Line, 0, Gate(g), g.Reason})
	}
	for _, c := range failing(run) {
		text := strings.Join(append([]string{c.Reason}, golden.Commands(c)...), "\nif it is right: ")
		all = append(all, annotation{"error", inWorkspace(run, c.File), c.Line, 0, title(c), text})
	}
	return all
}

// warningAnnotations are what the run says of itself, and the quarantined cases.
func warningAnnotations(run *result.Run) (all []annotation) {
	t := tallyOf(run)
	for _, said := range []string{leftOut(&run.Manifest, t), t.warned(), t.unread(), t.cutOffs()} {
		if said != "" {
			all = append(all, annotation{level: "warning", title: "vlmspec", text: said})
		}
	}
	for i := range run.Cases {
		c := &run.Cases[i]
		for _, v := range warnedVerdicts(c) {
			all = append(all, annotation{"warning", inWorkspace(run, v.File), v.Line, 0, title(c), v.Kind + ": " + v.Reason})
		}
	}
	for _, c := range quarantined(run) {
		at := c.Quarantine
		all = append(all, annotation{"warning", inWorkspace(run, at.File), at.Line, 0, "quarantine of " + title(c), quarantineLine(c)})
	}
	return all
}

func appendSummary(path string, run *result.Run) error {
	var b bytes.Buffer
	if err := writeMarkdown(&b, run); err != nil {
		return err
	}
	err := plainfile.Check(filepath.Dir(path), path)
	if err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	f, err := regular.Append(path, 0o644)
	if err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	text := b.Bytes()
	if info, err := f.Stat(); err == nil && info.Size()+int64(len(text)) > maxSummary {
		text = []byte("**vlmspec:** " + cmp.Or(mistakes(run), counts(tallyOf(run).outcomes, plain)) + " (too many to list here)\n")
	}
	_, err = f.Write(text)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// inWorkspace is the path of a spec relative to the repository, where it is
// known.
func inWorkspace(run *result.Run, file string) string {
	root := os.Getenv("GITHUB_WORKSPACE")
	if root == "" || file == "" {
		return file
	}
	rel, err := filepath.Rel(root, filepath.Join(run.Manifest.Project, filepath.FromSlash(file)))
	if err != nil || !filepath.IsLocal(rel) {
		return file
	}
	return filepath.ToSlash(rel)
}

// Workflow commands end with the line, and properties with a comma or colon.
var (
	textEscapes  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	valueEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func commandText(s string) string  { return textEscapes.Replace(Visible(s)) }
func commandValue(s string) string { return valueEscapes.Replace(Visible(s)) }
