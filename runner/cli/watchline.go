package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/watch"
)

// lineScreen shows a watch where there is no terminal: lines, and nothing moves.
type lineScreen struct {
	*report.Console // of the run under way
	app             *app
	project         *spec.Project
	status          string // the last that was shown
	due             bool   // it is to be shown again, since a run has ended
}

// watchByLine takes a command a line from standard input.
func (a *app) watchByLine(ctx context.Context, o watch.Options) error {
	commands := make(chan string)
	go func() {
		for in := bufio.NewScanner(a.in); in.Scan(); {
			commands <- strings.TrimSpace(in.Text())
		}
	}()
	o.Commands, o.Screen = commands, &lineScreen{app: a, project: o.Project}
	return watch.Run(ctx, o)
}

func (s *lineScreen) Say(line string)   { fmt.Fprintln(s.app.out, line) }
func (s *lineScreen) Problem(err error) { s.app.complain(err) }

func (s *lineScreen) RunStarts(int) {
	s.Console = report.NewConsole(s.app.rawOut, s.app.consoleOptions(s.app.rawOut))
}

func (s *lineScreen) RunEnds(printed string) {
	s.End(nil)
	fmt.Fprint(s.app.err, printed)
	printPending(s.app.out, s.project)
	s.due = true
}

func (s *lineScreen) Status(now watch.Status) {
	text := statusText(now, "; ")
	if now.Running || text == s.status && !s.due {
		return
	}
	s.status, s.due = text, false
	s.Say(text)
}

func (s *lineScreen) Ask(question string)                    { fmt.Fprintln(s.app.out, question) }
func (s *lineScreen) Lend(func() error) (ok bool, err error) { return false, nil }

// statusText says how things stand: "1 failed, 2 passed; watching 3 files".
func statusText(s watch.Status, sep string) string {
	parts := []string{report.Counts(s.Outcomes), fmt.Sprintf("watching %d files", s.Files)}
	if s.Files == 1 {
		parts[1] = "watching 1 file"
	}
	if s.Mistaken {
		parts = append([]string{"a spec is wrong"}, parts...)
	}
	if s.File != "" {
		parts = append(parts, fmt.Sprintf("file %q", s.File))
	}
	if s.Name != "" {
		parts = append(parts, fmt.Sprintf("name %q", s.Name))
	}
	return strings.Join(parts, sep)
}
