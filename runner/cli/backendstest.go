package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/python"
	"github.com/vlmspec/vlmspec/plugins/sdk/conformance"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) backendsTestCommand() *cobra.Command {
	var config string
	var o conformance.Options
	c := &cobra.Command{
		Use:   "test NAME|PATH",
		Short: "Check that a backend does what vlmspec expects of one",
		Long: `test starts a backend as a run does and checks what every backend must do: how
it describes itself, what it says of a config that is wrong, seeds, two images,
the order of streamed text, calls at once, cancelled calls, images that are
missing, damaged or too large, a crash, the end of vlmspec, and whether it
leaves processes behind.

NAME is a backend of vlmspec.yaml, with its config. PATH is a program, or a
Python file with a function that is decorated with vlmspec.backend; its config
is given by --config. The exit code is 1 when a check failed.`,
		Example: "  vlmspec backends test tiny\n  vlmspec backends test ./my_model.py --config '{\"checkpoint\": \"runs/last\"}'\n  vlmspec backends test .vlmspec/plugins/vlmspec-backend-mine",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if config != "" {
				if err := json.Unmarshal([]byte(config), &o.Config); err != nil || o.Config == nil {
					return usagef("--config is no JSON object, such as '{\"model\": \"m.gguf\"}': %v", err)
				}
			}
			f, o, err := a.testTarget(args[0], o)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt)
			defer stop()
			return a.testBackend(ctx, f, o)
		},
	}
	c.Flags().StringVar(&config, "config", "", "config of the backend at PATH, a JSON object; its paths are relative to the current folder")
	c.Flags().StringVar(&o.Prompt, "prompt", "", "what to ask on a grey image (default \"What do you see?\")")
	c.Flags().BoolVar(&o.NoImages, "no-images", false, "the backend does not look at images, so that it need not refuse bad ones")
	return c
}

// testTarget finds the program that is to be checked, and completes its options.
func (a *app) testTarget(name string, o conformance.Options) (host.Found, conformance.Options, error) {
	if strings.ContainsRune(filepath.ToSlash(name), '/') || filepath.Ext(name) == ".py" {
		return programAt(name, o)
	}
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		return host.Found{}, o, wrong(err)
	}
	a.secrets.Store(project.Secrets())
	b, ok := project.Backends[name]
	switch {
	case !ok:
		return host.Found{}, o, known("backend", name, slices.Sorted(maps.Keys(project.Backends)))
	case b.Err != nil:
		return host.Found{}, o, usageError{b.Err}
	case o.Config != nil:
		return host.Found{}, o, usagef("--config is for a program or file; backend %s has its config in %s", name, b.Pos)
	}
	f, config, err := backend.Program(project.Dir, b)
	o.Config, o.Dir, o.Env = config, b.Dir, b.Env.Extra
	if err != nil {
		return f, o, usageError{fmt.Errorf("%s: %w", b.Pos, err)}
	}
	return f, o, nil
}

// programAt is the program at a path, or that of a Python file.
func programAt(path string, o conformance.Options) (host.Found, conformance.Options, error) {
	dir, err := os.Getwd()
	if err != nil {
		return host.Found{}, o, err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return host.Found{}, o, usageError{err}
	case !info.Mode().IsRegular():
		return host.Found{}, o, usagef("%s is no file", path)
	}
	o.Dir = dir
	if filepath.Ext(path) == ".py" {
		o.Config = maps.Clone(o.Config)
		if o.Config == nil {
			o.Config = map[string]any{}
		}
		o.Config["file"] = path
		f, err := host.FindFor(python.Name, o.Config, dir, nil)
		if err != nil {
			return f, o, usageError{err}
		}
		return f, o, nil
	}
	if info.Mode()&0o111 == 0 {
		return host.Found{}, o, usagef("%s cannot be started: it is not executable; chmod +x makes it so", path)
	}
	return host.Found{Name: strings.TrimPrefix(filepath.Base(path), host.Prefix), Path: path}, o, nil
}

// testBackend runs the checks and prints each as it ends.
func (a *app) testBackend(ctx context.Context, f host.Found, o conformance.Options) error {
	counts := map[conformance.Outcome]int{}
	fmt.Fprintf(a.out, "%s\n\n", strings.Join(append([]string{f.Path}, f.Args...), " "))
	conformance.Program(ctx, f, o, func(r conformance.Result) {
		counts[r.Outcome]++
		fmt.Fprintf(a.out, "%-8s %s  %.2f s\n", r.Outcome, r.Name, r.Time.Seconds())
		for _, note := range r.Notes {
			fmt.Fprintf(a.out, "           %s\n", strings.ReplaceAll(strings.TrimSpace(note), "\n", "\n           "))
		}
	})
	if ctx.Err() != nil {
		return exit(exitInterrupted)
	}
	fmt.Fprintf(a.out, "\n%d checks: %d failed, %d passed, %d skipped\n", counts[conformance.Failed]+counts[conformance.Passed]+counts[conformance.Skipped],
		counts[conformance.Failed], counts[conformance.Passed], counts[conformance.Skipped])
	if counts[conformance.Failed] > 0 {
		return exit(exitFailed)
	}
	return nil
}
