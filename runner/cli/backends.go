package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/backend"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) backendsCommand() *cobra.Command {
	var schema, load bool
	c := &cobra.Command{
		Use:   "backends [name]",
		Short: "List the backends of the project and the plugins there are",
		Long: `backends lists what vlmspec.yaml configures and which plugin programs were
found, and where. With a name it starts that backend, or that plugin, and shows
what it says of itself.`,
		Example: "  vlmspec backends\n  vlmspec backends tiny --load\n  vlmspec backends llamacpp --schema",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			project, err := spec.LoadProject(a.dir)
			if err != nil && (len(args) == 0 || load) {
				return wrong(err)
			}
			if len(args) == 0 {
				return a.listBackends(c.Context(), project)
			}
			return a.describeBackend(c.Context(), project, args[0], schema, load)
		},
	}
	c.AddCommand(a.backendsTestCommand(), a.backendsNewCommand())
	c.AddCommand(a.trustCommand())
	c.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of the backend's config")
	c.Flags().BoolVar(&load, "load", false, "load the model as vlmspec.yaml configures it")
	return c
}

func places(project *spec.Project) []host.Place {
	dir := ""
	if project != nil {
		dir = project.Dir
	}
	return host.Places(dir, os.Getenv)
}

func (a *app) listBackends(ctx context.Context, project *spec.Project) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BACKEND\tPLUGIN\tPROGRAM")
	for _, name := range slices.Sorted(maps.Keys(project.Backends)) {
		b := project.Backends[name]
		where := ""
		if f, err := host.Find(b.Plugin, places(project)); err != nil {
			where = "not found: " + err.Error()
		} else {
			where = f.Path
		}
		if b.Err != nil {
			where = "not usable: " + b.Err.Error()
		}
		if name == project.DefaultBackend {
			name += " (default)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", name, b.Plugin, where)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.out)
	return a.listPlugins(ctx, project)
}

// listPlugins lists the programs that were found, with what they say of themselves
// where they may be started.
func (a *app) listPlugins(ctx context.Context, project *spec.Project) error {
	found := host.Discover(places(project))
	if len(found) == 0 {
		fmt.Fprintf(a.out, "No plugin was found: no program %s* beside vlmspec, in .vlmspec/plugins, in $VLMSPEC_PLUGIN_PATH or on PATH.\n", host.Prefix)
		return nil
	}
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "PLUGIN\tFOUND\tVERSION\tPROTOCOL\tSHA256\tPROGRAM")
	for _, f := range found {
		origin, version, protocol, sum := f.Origin, "-", "-", "-"
		if full, err := host.Checksum(f); err == nil {
			sum = full[:12]
		}
		if f.Unused == "" {
			f.Unused = untrusted(project, f)
		}
		if f.Unused == "" {
			if info, err := host.Inspect(ctx, f); err != nil {
				f.Unused = err.Error()
			} else {
				version, protocol = info.Version, strconv.Itoa(host.Protocol)
			}
		}
		if f.Unused != "" {
			origin = "not used: " + f.Unused
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, origin, version, protocol, sum, f.Path)
	}
	return t.Flush()
}

func (a *app) describeBackend(ctx context.Context, project *spec.Project, name string, schema, load bool) error {
	plugin := name
	if project != nil {
		if b, ok := project.Backends[name]; ok {
			plugin = b.Plugin
			if load {
				return a.loadBackend(ctx, project, b)
			}
		} else if load {
			return known("backend", name, slices.Sorted(maps.Keys(project.Backends)))
		}
	}
	f, err := host.Find(plugin, places(project))
	if err != nil {
		return usageError{err}
	}
	if why := untrusted(project, f); why != "" {
		return usagef("%s: %s", f.Path, why)
	}
	info, err := host.Inspect(ctx, f)
	if err != nil {
		return err
	}
	if schema {
		fmt.Fprintln(a.out, strings.TrimSpace(string(info.ConfigSchema)))
		return nil
	}
	return a.printInfo(f, info)
}

// loadBackend starts a backend as a run would.
func (a *app) loadBackend(ctx context.Context, project *spec.Project, b spec.Backend) error {
	a.secrets.Store(project.Secrets())
	if b.Err != nil {
		return usageError{b.Err}
	}
	loaded, err := backend.Start(ctx, project.Dir, b)
	if err != nil {
		return fmt.Errorf("%s: %w", b.Pos, err)
	}
	defer loaded.Close()
	info, err := loaded.Describe(ctx)
	if err != nil {
		return err
	}
	f, err := host.Find(b.Plugin, places(project))
	if err != nil {
		return err
	}
	return a.printInfo(f, info)
}

func (a *app) printInfo(f host.Found, info sdk.Info) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	sum, err := host.Checksum(f)
	if err != nil {
		return err
	}
	pairs := [][2]string{{"plugin", info.Name}, {"version", info.Version}, {"program", f.Path}, {"sha256", sum}, {"protocol", strconv.Itoa(host.Protocol)}, {"engine", info.Engine.String()}, {"model", info.Model}, {"digest", info.ModelDigest}, {"device", info.Device}}
	if c := info.Capabilities; info.Model != "" {
		pairs = append(pairs, [2]string{"concurrency", fmt.Sprint(max(c.Concurrency, 1))})
		if c.ContextTokens > 0 {
			pairs = append(pairs, [2]string{"context", fmt.Sprintf("%d tokens", c.ContextTokens)})
		}
		if c.MaxImages > 0 {
			pairs = append(pairs, [2]string{"images", fmt.Sprintf("at most %d", c.MaxImages)})
		}
		pairs = append(pairs, [2]string{"can", abilities(c)})
	}
	for _, k := range slices.Sorted(maps.Keys(info.Details)) {
		if k == "probe" { // for doctor
			continue
		}
		pairs = append(pairs, [2]string{k, info.Details[k]})
	}
	for _, p := range pairs {
		if p[1] != "" {
			fmt.Fprintf(t, "%s\t%s\n", p[0], p[1])
		}
	}
	return t.Flush()
}

// abilities lists what a backend can.
func abilities(c sdk.Capabilities) string {
	var all []string
	for _, ability := range []struct {
		name string
		has  bool
	}{{"seeds", c.Seeds}, {"log-probabilities", c.LogProbs}, {"JSON Schema", c.JSONSchema}, {"streaming", c.Streaming}} {
		if ability.has {
			all = append(all, ability.name)
		}
	}
	return strings.Join(all, ", ")
}
