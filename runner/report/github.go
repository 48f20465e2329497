package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// GitHub shows about ten annotations of a step, and takes a job summary below 1 MiB.
const (
	maxAnnotations = 10
	maxSummary     = 1 << 20
)

// writeGitHub writes workflow commands to w, and appends the Markdown report to
// the file that $GITHUB_STEP_SUMMARY names.
// https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
func writeGitHub(w io.Writer, run *result.Run) error {
	for _, g := range missed(run) {
		_, err := fmt.Fprintf(w, "::error file=%s,line=%d,title=%s::%s\n", commandValue(inWorkspace(run, g.File)), g.Line, commandValue(gateLine(g)), commandText(g.Reason))
		if err != nil {
			return err
		}
	}
	bad := failing(run)
	for _, c := range bad[:min(len(bad), maxAnnotations)] {
		_, err := fmt.Fprintf(w, "::error file=%s,line=%d,title=%s::%s\n",
			commandValue(inWorkspace(run, c.File)), c.Line, commandValue(title(c)), commandText(strings.Join(append([]string{c.Reason}, golden.Commands(c)...), "\nif it is right: ")))
		if err != nil {
			return err
		}
	}
	for i, c := range quarantined(run) {
		if i == maxAnnotations { // the job summary lists them all
			break
		}
		at := c.Quarantine
		_, err := fmt.Fprintf(w, "::warning file=%s,line=%d,title=%s::%s\n",
			commandValue(inWorkspace(run, at.File)), at.Line, commandValue("quarantine of "+title(c)), commandText(quarantineLine(c)))
		if err != nil {
			return err
		}
	}
	if len(bad) > maxAnnotations {
		if _, err := fmt.Fprintf(w, "::notice title=vlmspec::%d more cases are failing; the job summary lists them\n", len(bad)-maxAnnotations); err != nil {
			return err
		}
	}
	t := tallyOf(run)
	for _, said := range []string{t.unread(), t.cutOffs()} {
		if said == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "::warning title=vlmspec::%s\n", commandText(said)); err != nil {
			return err
		}
	}
	if path := os.Getenv("GITHUB_STEP_SUMMARY"); path != "" {
		return appendSummary(path, run)
	}
	return nil
}

func appendSummary(path string, run *result.Run) error {
	var b bytes.Buffer
	if err := writeMarkdown(&b, run); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("write the job summary: %w", err)
	}
	text := b.Bytes()
	if info, err := f.Stat(); err == nil && info.Size()+int64(len(text)) > maxSummary {
		text = []byte("**vlmspec:** " + counts(tallyOf(run).outcomes, plain) + " (too many to list here)\n")
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
	if root == "" {
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
