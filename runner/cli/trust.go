package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/trust"
)

func (a *app) trustCommand() *cobra.Command {
	var pin, folder bool
	c := &cobra.Command{
		Use:   "trust",
		Short: "Let the programs run that this project brings",
		Long: `trust shows every program that the project itself brings to be started, and
lets it run from now on: plugins in its folder, what exec and python backends and
` + "`command`" + ` checks start, and what its backends get in their environment. They are
recorded outside of the project, by place and SHA-256; one that has changed
since, or a file that its command line names, has to be trusted again.

In CI, ` + "`vlmspec run --trust`" + ` or VLMSPEC_TRUST=1 trusts all; ` + trust.LockFile + `, which --pin
writes, trusts what has the checksums in it. It counts with CI set only, since
whoever wrote the project could have written it.`,
		Example: "  vlmspec backends trust\n  vlmspec backends trust --pin",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.trust(pin, folder) },
	}
	c.Flags().BoolVar(&folder, "folder", false, "trust the whole folder, whatever changes in it: for a project of your own")
	c.Flags().BoolVar(&pin, "pin", false, "write their checksums into "+trust.LockFile+", for CI, too")
	return c
}

func (a *app) trust(pin, folder bool) error {
	p, err := plan.Open(plan.Options{Project: a.dir, AllowUnchecked: true})
	if err != nil {
		return wrong(err)
	}
	a.secrets.Store(p.Secrets())
	programs := programsOf(p, true)
	switch {
	case pin && folder:
		return usagef("--folder trusts what has no checksum; leave out --pin")
	case len(programs) == 0 && !folder:
		fmt.Fprintln(a.out, "The project brings no programs of its own.")
		return nil
	}
	store, err := trust.Open()
	if err != nil {
		return err
	}
	for _, program := range programs {
		if program.Digest == "" {
			return usagef("%s: a file of it cannot be read, so that nobody knows what it is", program)
		}
		state := "new"
		if store.Trusted(p.Project.Dir, program) {
			state = "trusted"
		}
		fmt.Fprintf(a.out, "%-8s %s\n         sha256 %s\n", state, program, program.Digest)
	}
	if folder {
		if err := store.TrustFolder(p.Project.Dir); err != nil {
			return err
		}
		fmt.Fprintf(a.out, "Whatever %s brings may run from now on; recorded in %s\n", p.Project.Dir, store.Path())
		return nil
	}
	if err := store.Trust(p.Project.Dir, programs); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "They may run from now on, until they change; recorded in %s\n", store.Path())
	if !pin {
		return nil
	}
	path, err := trust.Pin(p.Project.Dir, programs)
	if err == nil {
		fmt.Fprintf(a.out, "Pinned in %s\n", path)
	}
	return err
}

// consent refuses a plan that would start what the project brings and nobody has trusted.
func consent(p *plan.Plan) error {
	missing, err := trust.Missing(p.Project.Dir, programsOf(p, false))
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return usageError{&trust.Error{Programs: missing}}
	}
	return nil
}

// programsOf lists what the project brings and the cases of a plan start, each once; all
// are those of every backend, asked or not, and of every plugin in the project.
func programsOf(p *plan.Plan, all bool) []trust.Program {
	var programs []trust.Program
	seen := map[string]bool{}
	add := func(more ...trust.Program) {
		for _, program := range more {
			if !seen[program.Key+program.Digest] {
				seen[program.Key+program.Digest] = true
				programs = append(programs, program)
			}
		}
	}
	where := places(p.Project)
	asked := map[string]bool{}
	for i := range p.Len() {
		for _, name := range p.Backends(i) {
			asked[name] = true
		}
		add(p.Programs(i)...)
	}
	for name, b := range p.Project.Backends {
		if all || asked[name] {
			add(trust.Backend(p.Project.Dir, b, where)...)
		}
	}
	if all {
		for _, f := range host.Discover(where) {
			if program, ok := trust.Plugin(p.Project.Dir, f); ok {
				add(program)
			}
		}
	}
	return programs
}

// untrusted says that a plugin may not be started, "" when it may.
func untrusted(project *spec.Project, f host.Found) string {
	if project == nil {
		return ""
	}
	program, ok := trust.Plugin(project.Dir, f)
	if !ok {
		return ""
	}
	if missing, err := trust.Missing(project.Dir, []trust.Program{program}); err != nil {
		return err.Error()
	} else if len(missing) > 0 {
		return "not trusted; look at it, then `vlmspec backends trust`"
	}
	return ""
}

// ownProject trusts a folder in which vlmspec has just written a project for its user.
// Without a place to record that, it is asked about like any other.
func ownProject(dir string) {
	if store, err := trust.Open(); err == nil {
		_ = store.TrustFolder(dir)
	}
}
