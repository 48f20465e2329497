package plan

import (
	"maps"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// compiler makes the checks of cases, file by file.
type compiler struct {
	project  *spec.Project
	backends []string
	cases    []*Case
	mistakes []error // each once: cases of one `rows` share theirs
	seen     map[string]bool
	secrets  map[string]*secret.Set // by what they are made of
}

func newCompiler(p *spec.Project) *compiler {
	return &compiler{project: p, backends: slices.Sorted(maps.Keys(p.Backends)), seen: map[string]bool{}, secrets: map[string]*secret.Set{}}
}

// add compiles the cases of a file, and lets go of the YAML that the checks were
// made from.
func (c *compiler) add(cases []*spec.Case) {
	at := map[spec.Pos]int{}
	for i := range cases {
		at[cases[i].Pos]++
	}
	made := make([]Case, len(cases))
	for i := range cases {
		made[i] = Case{Case: cases[i], Siblings: at[cases[i].Pos] - 1, Index: len(c.cases)}
		c.compile(&made[i])
		c.addSecrets(&made[i])
		c.cases = append(c.cases, &made[i])
	}
}

func (c *compiler) compile(k *Case) {
	env := check.Env{
		Dir: filepath.Join(c.project.Dir, filepath.Dir(k.Pos.File)), ProjectDir: c.project.Dir, Backends: c.backends, Sizing: k.Sizing,
	}
	k.Checks = make([][]Check, len(k.Turns))
	for t := range k.Turns {
		nodes := k.Turns[t].Checks
		k.Turns[t].Checks = nil
		checks, err := check.CompileAll(nodes, env)
		for _, m := range spec.Mistakes(err) {
			if !c.seen[m.Error()] {
				c.seen[m.Error()] = true
				c.mistakes = append(c.mistakes, m)
			}
		}
		k.Checks[t] = make([]Check, len(checks))
		for i := range checks {
			k.Checks[t][i] = Check{checks[i], nodes[i].Pos(), isGolden(nodes[i])}
		}
	}
}
