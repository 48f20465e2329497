package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/vlmspec/vlmspec/runner/internal/visible"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/model"
)

func (a *app) modelsList() *cobra.Command {
	var asJSON, known bool
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the models that are here, or those with a short name",
		Example: "  vlmspec models list\n  vlmspec models list --known",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if known {
				return a.listKnown(asJSON)
			}
			store, err := model.Open()
			if err != nil {
				return err
			}
			entries, err := store.List()
			if err != nil {
				return err
			}
			if asJSON {
				return a.listModelsJSON(entries)
			}
			return a.listModels(store, entries)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	c.Flags().BoolVar(&known, "known", false, "list the models that have a short name")
	return c
}

func (a *app) listModels(store model.Store, entries []model.Entry) error {
	if len(entries) == 0 {
		fmt.Fprintf(a.out, "No model is in %s. `vlmspec models pull smolvlm-256m` pulls a small one.\n", store.Dir())
		return nil
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MODEL\tSIZE\tSTATE\tVERIFIED\tPATH")
	var total int64
	for _, e := range entries {
		state, verified := string(e.State), e.Verified.Local().Format("2006-01-02 15:04")
		if e.State == model.Partial {
			state, verified = fmt.Sprintf("%s %d %%", state, 100*e.Have/max(e.Size, 1)), "-"
		}
		total += e.Have
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", nameOfModel(e), model.Bytes(e.Size), state, verified, e.Path)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "\n%s in %s\n", model.Bytes(total), store.Dir())
	return nil
}

// nameOfModel is a short name where there is one, else the reference without its pin.
func nameOfModel(e model.Entry) string {
	if r, err := model.Parse(e.Reference); err == nil && r.ShortName() != "" {
		return r.ShortName()
	}
	name, _, _ := strings.Cut(e.Reference, "#")
	return name
}

func (a *app) listModelsJSON(entries []model.Entry) error {
	enc := json.NewEncoder(visible.JSONWriter(a.rawOut))
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		line := struct {
			model.Record
			State model.State `json:"state"`
			Have  int64       `json:"have"`
			Path  string      `json:"path"`
		}{e.Record, e.State, e.Have, e.Path}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) listKnown(asJSON bool) error {
	enc := json.NewEncoder(visible.JSONWriter(a.rawOut))
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(t, "NAME\tSIZE\tMODEL AND MMPROJ")
	}
	for _, k := range model.AllKnown() {
		if !asJSON {
			fmt.Fprintf(t, "%s\t%s\t%s\n\t\t%s\n", k.Name, model.Bytes(int64(k.MB)*1e6), k.Model, k.MMProj)
			continue
		}
		line := map[string]any{"name": k.Name, "mb": k.MB, "model": k.Model.String(), "mmproj": k.MMProj.String()}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return t.Flush()
}

func (a *app) modelsVerify() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [model]...",
		Short: "Read models again and compare their SHA-256; exits with 1 when one is damaged",
		Long: `verify reads the files, all of them without names, and compares each with what
was pulled. A damaged file is not used any more, and pull fetches it anew.`,
		RunE: func(_ *cobra.Command, args []string) error { return a.verify(args) },
	}
}

func (a *app) verify(args []string) error {
	store, entries, err := a.chosenModels(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	bad := false
	for _, e := range entries {
		e, err := store.Verify(ctx, e)
		switch {
		case ctx.Err() != nil:
			return exit(exitInterrupted)
		case err != nil:
			return err
		case e.State == model.Damaged:
			bad = true
			fmt.Fprintf(a.out, "damaged  %s: %s\n         pull it anew: vlmspec models pull '%s'\n", nameOfModel(e), e.Damaged, e.Reference)
		case e.State == model.Partial:
			fmt.Fprintf(a.out, "partial  %s: %s of %s have come\n", nameOfModel(e), model.Bytes(e.Have), model.Bytes(e.Size))
		default:
			fmt.Fprintf(a.out, "whole    %s, %s\n", nameOfModel(e), model.Bytes(e.Size))
		}
	}
	if bad {
		return exit(exitFailed)
	}
	return nil
}

// chosenModels are the named files of the store, or all of them.
func (a *app) chosenModels(args []string) (model.Store, []model.Entry, error) {
	store, err := model.Open()
	if err != nil {
		return store, nil, err
	}
	entries, err := store.List()
	if err != nil || len(args) == 0 {
		return store, entries, err
	}
	var chosen []model.Entry
	for _, arg := range args {
		refs, parseErr := model.Expand(arg)
		before := len(chosen)
		for _, e := range entries {
			if arg == nameOfModel(e) || slices.ContainsFunc(refs, func(r model.Ref) bool { return r.String() == e.Reference }) {
				chosen = append(chosen, e)
			}
		}
		switch found := len(chosen) > before; {
		case !found && parseErr != nil:
			return store, nil, usageError{parseErr}
		case !found:
			return store, nil, usagef("%s is not in %s; `vlmspec models list` lists what is", arg, store.Dir())
		}
	}
	return store, chosen, nil
}

func (a *app) modelsRm() *cobra.Command {
	return &cobra.Command{
		Use:     "rm model...",
		Short:   "Remove models, whole or partial",
		Example: "  vlmspec models rm smolvlm-256m",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			store, entries, err := a.chosenModels(args)
			if err != nil {
				return err
			}
			for _, e := range entries {
				freed, err := store.Remove(e)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "removed %s: %s are free again\n", nameOfModel(e), model.Bytes(freed))
			}
			return nil
		},
	}
}
