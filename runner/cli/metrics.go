package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/metric/catalog"
)

func (a *app) metricsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "metrics",
		Short: "List the toolkits' metrics, or evaluate them on JSON lines",
		Long: `metrics gives access to every metric and variant without a spec, so that
scores can be compared with other tools line by line.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(a.metricsList(), a.metricsEval())
	return c
}

func (a *app) metricsList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List every variant: its name, tier, inputs, meaning and source",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return a.metricsJSON()
			}
			t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, m := range catalog.List() {
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.Tier, m.Names(), m.Line, m.Source)
			}
			return t.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return c
}

func (a *app) metricsJSON() error {
	enc := json.NewEncoder(visible.JSONWriter(a.rawOut))
	enc.SetEscapeHTML(false)
	for _, m := range catalog.List() {
		line := struct {
			ID     string          `json:"id"`
			Tier   catalog.Tier    `json:"tier"`
			Inputs []catalog.Input `json:"inputs"`
			Line   string          `json:"line"`
			Source string          `json:"source"`
		}{m.ID, m.Tier, m.Inputs(), m.Line, m.Source}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) metricsEval() *cobra.Command {
	return &cobra.Command{
		Use:   "eval",
		Short: "Evaluate metrics on JSON lines from standard input",
		Long: `eval reads one {"metric": NAME, "inputs": {...}} a line and answers each with
{"value": ...} or {"error": "..."} in the same order. A value the definition
leaves undefined is null. Names of inputs that are missing or unknown are an
error; ` + "`vlmspec metrics list`" + ` shows them, with a question mark behind those
that may be left out.`,
		Example: `  echo '{"metric":"anls.vlmevalkit","inputs":{"prediction":"hallo","answers":["hello"]}}' | vlmspec metrics eval`,
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return catalog.Eval(a.in, a.rawOut)
		},
	}
}
