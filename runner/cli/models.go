package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) modelsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "models",
		Short: "Pull models, and list, verify and remove those that are here",
		Long: `models keeps GGUF files in $VLMSPEC_MODELS, or vlmspec/models in the user's
cache folder. A model is named by

  hf:owner/repo/FILE.gguf              a file on the Hugging Face hub
  hf:owner/repo/FILE.gguf@revision     as of a branch, tag or commit
  https://host/FILE.gguf               a file elsewhere
  https://host/FILE.gguf#sha256=HEX    pinned: it has to be that very file
  smolvlm-256m                         a pair of model and mmproj; list --known

and the same names stand for the files in the config of a backend. A run never
pulls by itself.`,
		Args: cobra.NoArgs,
	}
	c.AddCommand(a.modelsPull(), a.modelsList(), a.modelsVerify(), a.modelsRm())
	return c
}

func (a *app) modelsPull() *cobra.Command {
	connections := 4
	c := &cobra.Command{
		Use:   "pull [model]...",
		Short: "Pull models; without names those of the project",
		Long: `pull fetches files that are not here yet, over several connections, checks their
SHA-256 against what the hub publishes, and goes on where an interrupted pull
ended. A file that is here is used as it is: nothing is asked of anybody.

HF_TOKEN is sent to the hub for gated models, and to nobody else. HF_ENDPOINT
names another hub; HTTPS_PROXY is obeyed.`,
		Example: "  vlmspec models pull smolvlm-256m\n  vlmspec models pull hf:ggml-org/SmolVLM-500M-Instruct-GGUF/SmolVLM-500M-Instruct-Q8_0.gguf\n  vlmspec models pull",
		RunE: func(_ *cobra.Command, args []string) error {
			if connections < 1 || connections > 16 {
				return usagef("--connections=%d: expected 1 to 16", connections)
			}
			refs, err := a.wanted(args)
			if err != nil {
				return err
			}
			return a.pull(refs, connections)
		},
	}
	c.Flags().IntVar(&connections, "connections", connections, "connections for each file, 1 to 16")
	return c
}

// wanted lists the files that were asked for, or those the project refers to.
func (a *app) wanted(args []string) ([]model.Ref, error) {
	var refs []model.Ref
	for _, arg := range args {
		more, err := model.Expand(arg)
		if err != nil {
			return nil, usageError{err}
		}
		refs = append(refs, more...)
	}
	if len(args) > 0 {
		return refs, nil
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return nil, wrong(err)
	}
	a.secrets.Store(project.Secrets())
	for _, name := range slices.Sorted(maps.Keys(project.Backends)) {
		b := project.Backends[name]
		more, err := model.Refs(b)
		if err != nil {
			return nil, usagef("%s: %w", b.Pos, err)
		}
		for _, r := range more {
			if !slices.Contains(refs, r) {
				refs = append(refs, r)
			}
		}
	}
	if len(refs) == 0 {
		fmt.Fprintf(a.out, "Nothing to pull: no backend of %s refers to a model; `vlmspec models pull smolvlm-256m` pulls one by name.\n", spec.ProjectFile)
	}
	return refs, nil
}

// pull pulls one file after another, and reports all that fail.
func (a *app) pull(refs []model.Ref, connections int) error {
	store, err := model.Open()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	var failed []error
	for _, r := range refs {
		progress := newPullProgress(a.rawErr, r, a.shown)
		puller, err := model.NewPuller(store, connections, progress.show)
		if err != nil {
			return usageError{err}
		}
		begin := time.Now()
		e, there, err := puller.Pull(ctx, r)
		progress.end()
		switch {
		case ctx.Err() != nil:
			fmt.Fprintln(a.err, "vlmspec: interrupted; what has come is kept, and the same command goes on from there")
			return exit(exitInterrupted)
		case err != nil:
			failed = append(failed, err)
		case there:
			fmt.Fprintf(a.out, "%s is here, %s\n  %s\n", r, model.Bytes(e.Size), e.Path)
		default:
			fmt.Fprintf(a.out, "pulled %s, %s in %s, %s\n  %s\n", r, model.Bytes(e.Size), howLong(time.Since(begin).Seconds()), checked(r, e), e.Path)
		}
	}
	return errors.Join(failed...)
}

// checked says what the sum of a file was compared with.
func checked(r model.Ref, e model.Entry) string {
	switch {
	case r.Pinned():
		return "SHA-256 as pinned"
	case e.Published:
		return "SHA-256 as published"
	}
	return "SHA-256 " + e.SHA256 + " (nobody publishes one to compare; #sha256=HEX would pin it)"
}
