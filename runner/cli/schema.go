package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [spec|project]",
		Short: "Print the JSON Schema of specs or of vlmspec.yaml",
		Long: `schema prints a JSON Schema (2020-12) for completion and checking in an
editor. It is made from the structs that files are read into.`,
		Example: "  vlmspec schema > .vlmspec/spec.schema.json\n" +
			"  # then start a spec with\n  # yaml-language-server: $schema=../.vlmspec/spec.schema.json",
		Args:      oneOf("spec", "project"),
		ValidArgs: []string{"spec", "project"},
		RunE: func(_ *cobra.Command, args []string) error {
			schema := spec.Schema(check.Schemas())
			if len(args) == 1 && args[0] == "project" {
				schema = spec.ProjectSchema()
			}
			_, err := a.out.Write(schema)
			return err
		},
	}
}

// oneOf takes no argument or one of a few words.
func oneOf(words ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usagef("%s takes one argument, not %d", c.CommandPath(), len(args))
		}
		for _, arg := range args {
			if err := known("argument", arg, words); err != nil {
				return err
			}
		}
		return nil
	}
}

// known refuses a word that is not in a list.
func known(what, word string, words []string) error {
	if slices.Contains(words, word) {
		return nil
	}
	if hint := spec.DidYouMean(word, words); hint != "" {
		return usagef("unknown %s %q; %s", what, word, hint)
	}
	return usageError{fmt.Errorf("unknown %s %q", what, word)}
}
