package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/check"
)

func (a *app) checksCommand() *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:     "checks [kind]",
		Short:   "List what a spec can assert, or explain one kind",
		Example: "  vlmspec checks\n  vlmspec checks keypoints",
		Args:    oneOf(checkKinds()...),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case markdown:
				return check.Markdown(a.out)
			case len(args) == 1:
				return explainCheck(a.out, args[0])
			}
			return listChecks(a.out)
		},
	}
	c.ValidArgs = checkKinds()
	c.Flags().BoolVar(&markdown, "markdown", false, "print the whole reference as Markdown")
	return c
}

func checkKinds() []string {
	var kinds []string
	for _, d := range check.Kinds() {
		kinds = append(kinds, d.Kind)
	}
	return kinds
}

func listChecks(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range check.Kinds() {
		summary, _, _ := strings.Cut(d.Summary, ". ")
		fmt.Fprintf(t, "%s\t%s\t%s\n", d.Kind, d.Group, strings.TrimSuffix(summary, "."))
	}
	return t.Flush()
}

func explainCheck(w io.Writer, kind string) error {
	for _, d := range check.Kinds() {
		if d.Kind != kind {
			continue
		}
		fmt.Fprintf(w, "%s\n", d.Summary)
		if d.Source != "" {
			fmt.Fprintf(w, "Definition: %s.\n", d.Source)
		}
		fmt.Fprintf(w, "\n  expect:\n")
		for line := range strings.Lines(d.Example) {
			fmt.Fprintf(w, "    - %s\n", strings.TrimRight(line, "\n"))
		}
		writeReadings(w, kind)
		return writeArguments(w, append(d.Args, check.Common()...))
	}
	return nil
}

// writeReadings shows how a kind of check reads, and how a toolkit's rule does.
func writeReadings(w io.Writer, kind string) {
	if ruled := check.Ruled(kind); ruled != nil {
		fmt.Fprintf(w, "\nThe answer %s, read by\n", strconv.Quote(ruled[0].Answer))
		for _, r := range ruled {
			fmt.Fprintf(w, "  %s\n    %s\n", r.Entry, r.Read)
		}
	}
	all := check.Readings(kind)
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "\nOther answers, read by %s\n", all[0].Entry)
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	for _, r := range all {
		fmt.Fprintf(t, "  %s\t%s\n", strconv.Quote(r.Answer), r.Read)
	}
	_ = t.Flush()
}

func writeArguments(w io.Writer, args []check.Arg) error {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	for _, arg := range args {
		doc := arg.Doc
		if arg.Required {
			doc += " (required)"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", arg.Name, arg.Type, doc)
	}
	return t.Flush()
}
