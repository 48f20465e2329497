package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/runs"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Check what is built, which devices there are, and whether the project can run",
		Long: `doctor starts every plugin it finds without loading a model, has an engine such as
llama.cpp decode a few tokens with random weights in a process of its own, checks the project
and its specs, and says what to do about what is missing. It exits with 3 when
the project could not run.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context()) },
	}
}

// checkup prints findings and remembers whether one is bad.
type checkup struct {
	app *app
	bad bool
}

func (d *checkup) ok(format string, args ...any) { d.print("ok", format, args...) }
func (d *checkup) note(format string, args ...any) {
	d.print("note", format, args...)
}

func (d *checkup) problem(format string, args ...any) {
	d.bad = true
	d.print("problem", format, args...)
}

func (d *checkup) print(kind, format string, args ...any) {
	text := strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\n         ")
	fmt.Fprintf(d.app.out, "%-8s %s\n", kind, text)
}

func (a *app) doctor(ctx context.Context) error {
	d := &checkup{app: a}
	d.ok("vlmspec %s%s, %s, %s/%s, %d processors", Version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	project, err := spec.LoadProject(a.dir)
	if err != nil {
		d.problem("%v", err)
		project = nil
	} else {
		a.secrets.Store(project.Secrets())
		d.ok("project %s", project.File)
		d.specs(ctx, project)
	}
	d.plugins(ctx, project)
	if project != nil {
		d.backends(project)
		d.writable(project)
	}
	if d.bad {
		return exit(exitInfra)
	}
	return nil
}

func (d *checkup) specs(ctx context.Context, project *spec.Project) {
	s, err := plan.Open(plan.Options{Project: project.File})
	if err != nil {
		d.problem("%v", err)
		return
	}
	d.ok("cases: %d, spec files: %d", s.Len(), specFiles(s))
	if _, err := lookAtImages(ctx, s); err != nil {
		d.problem("%v", err)
	}
}

// plugins starts each program that would be used.
func (d *checkup) plugins(ctx context.Context, project *spec.Project) {
	found := host.Discover(places(project))
	if len(found) == 0 {
		d.note("no plugin was found; `make llamacpp` builds the default one")
	}
	for _, f := range found {
		if f.Unused != "" {
			d.note("plugin %s is not used: %s %s", f.Name, f.Path, f.Unused)
			continue
		}
		if why := untrusted(project, f); why != "" {
			d.note("plugin %s is not started: %s: %s", f.Name, f.Path, why)
			continue
		}
		info, err := host.Inspect(ctx, f)
		if err != nil {
			d.note("plugin %s does not start: %v", f.Name, err)
			continue
		}
		d.ok("plugin %s %s (%s)%s%s%s", info.Name, info.Version, f.Origin, each("engine", info.Engine.String()), each("device", info.Details["devices"]), each("library", info.Details["libraries"]))
		d.probe(ctx, f, info)
	}
}

// each gives every item of a list in a plugin's details a line.
func each(what, list string) string {
	if list == "" {
		return ""
	}
	return "\n" + what + " " + strings.ReplaceAll(list, "; ", "\n"+what+" ")
}

// backends checks that every backend of the project has its plugin and files.
func (d *checkup) backends(project *spec.Project) {
	for _, name := range slices.Sorted(maps.Keys(project.Backends)) {
		b := project.Backends[name]
		if b.Err != nil {
			d.problem("backend %s: %v", name, b.Err)
			continue
		}
		if _, err := host.Find(b.Plugin, places(project)); err != nil {
			d.problem("backend %s: %v", name, err)
			continue
		}
		if _, err := model.Resolve(b); err != nil {
			d.problem("backend %s: %v", name, err)
			continue
		}
		d.ok("backend %s has its plugin %s", name, b.Plugin)
	}
}

// writable checks that runs can be kept.
func (d *checkup) writable(project *spec.Project) {
	dir := project.State
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, "doctor-*"); err == nil {
			_, err = f.WriteString("x")
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		d.problem("runs cannot be kept: %v", err)
		return
	}
	d.ok("runs are kept in %s", runs.Open(dir).Dir())
}
