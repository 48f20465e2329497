package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/point"
)

func (a *app) formatsCommand() *cobra.Command {
	var markdown bool
	c := &cobra.Command{
		Use:     "formats [name]",
		Short:   "List how models write coordinates, or explain one format",
		Example: "  vlmspec formats\n  vlmspec formats qwen2.5-vl",
		Args:    oneOf(formatNames()...),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case markdown:
				return point.Markdown(a.out)
			case len(args) == 1:
				return a.explainFormat(args[0])
			}
			for _, f := range point.Families() {
				fmt.Fprintf(a.out, "%-12s %s\n", f.Format, f.Models)
			}
			return nil
		},
	}
	c.ValidArgs = formatNames()
	c.Flags().BoolVar(&markdown, "markdown", false, "print docs/coordinates.md")
	return c
}

func formatNames() []string {
	var names []string
	for _, f := range point.Families() {
		names = append(names, f.Format)
	}
	return names
}

func (a *app) explainFormat(name string) error {
	for _, f := range point.Families() {
		if f.Format != name {
			continue
		}
		lines := []string{"models   " + f.Models, "answer   " + f.Example, "space    " + f.Space}
		if f.Note != "" {
			lines = append(lines, "note     "+f.Note)
		}
		if f.Source != "" {
			lines = append(lines, "source   "+f.Source)
		}
		fmt.Fprintln(a.out, strings.Join(lines, "\n"))
	}
	return nil
}
