package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/secret"
)

func (a *app) listCommand() *cobra.Command {
	var s selection
	var asJSON bool
	var why string
	c := &cobra.Command{
		Use:     "list [file | folder | file:line]...",
		Short:   "List the cases of the specs",
		Long:    "list shows which cases the specs hold, or which a selection leaves, in the order they run.",
		Example: "  vlmspec list --label smoke\n  vlmspec list --json | jq -r .id\n  vlmspec list --why images/circle.png",
		RunE: func(_ *cobra.Command, args []string) error {
			o, err := s.options(a, args)
			if err != nil {
				return err
			}
			session, err := plan.Open(o)
			if session != nil {
				a.secrets.Store(session.Secrets())
			}
			if err != nil {
				return wrong(err)
			}
			for _, w := range session.Warnings {
				a.complain(fmt.Errorf("warning: %s", w))
			}
			if why != "" {
				return a.listWhy(session, why)
			}
			if asJSON {
				return a.listJSON(session)
			}
			return a.listCases(session)
		},
	}
	s.flags(c)
	c.Flags().StringVar(&why, "why", "", "only cases that depend on this file, and as what")
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return c
}

func (a *app) listCases(s *plan.Plan) error {
	if s.Len() == 0 {
		fmt.Fprintf(a.err, "Nothing to run: %s.\n", s.Nothing) // the list is empty
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for i := range s.Len() {
		c := s.Case(i)
		var marks []string
		for _, l := range c.Labels {
			marks = append(marks, "@"+l)
		}
		if c.Repeat > 1 {
			marks = append(marks, map[bool]string{false: "×", true: "≤"}[c.Decided]+fmt.Sprint(c.Repeat))
		}
		if c.XFail != "" {
			marks = append(marks, "xfail")
		}
		if c.Skip != "" {
			marks = append(marks, "skip")
		}
		if q := s.Quarantine(i); q != nil {
			marks = append(marks, "quarantine")
		}
		fmt.Fprintf(t, "%s:%d\t%s\t%s\t%s\n", c.Pos.File, c.Pos.Line, c.ID, c.Backend, strings.Join(marks, " "))
	}
	return t.Flush()
}

func (a *app) listJSON(s *plan.Plan) error {
	enc := json.NewEncoder(visible.JSONWriter(a.rawOut))
	enc.SetEscapeHTML(false)
	for i := range s.Len() {
		c := s.Case(i)
		line := struct {
			ID      string   `json:"id"`
			File    string   `json:"file"`
			Line    int      `json:"line"`
			Backend string   `json:"backend"`
			Labels  []string `json:"labels"`
			Repeat  int      `json:"repeat"`
			Skip    string   `json:"skip,omitempty"`
			XFail   string   `json:"xfail,omitempty"`
			// Quarantine has no outcome: nothing has run.
			Quarantine *result.Quarantine `json:"quarantine,omitempty"`
		}{c.ID, c.Pos.File, c.Pos.Line, c.Backend, append([]string{}, c.Labels...), c.Repeat, c.Skip, c.XFail, s.Quarantine(i)}
		if err := enc.Encode(secret.Clean(c.Secrets, line)); err != nil {
			return err
		}
	}
	return nil
}

// listWhy lists the cases that depend on a file.
func (a *app) listWhy(s *plan.Plan, file string) error {
	abs, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	n := 0
	for i := range s.Len() {
		for _, in := range s.Inputs(i) {
			if in.Path == abs {
				n++
				fmt.Fprintf(t, "%s:%d\t%s\t%s\n", s.Case(i).Pos.File, s.Case(i).Pos.Line, s.Case(i).ID, in.As)
			}
		}
	}
	if n == 0 {
		return usagef("no case depends on %s", file)
	}
	return t.Flush()
}
