package plan

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

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
	passedOn []secret.Value         // to programs of checks, by the names of variables
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
		written := c.compile(&made[i])
		c.addSecrets(&made[i])
		made[i].Written = sha256.Sum256([]byte(made[i].Secrets.Hide(written)))
		c.cases = append(c.cases, &made[i])
	}
}

// compile makes the checks of a case, and returns them as one text.
func (c *compiler) compile(k *Case) string {
	env := check.Env{
		Dir: filepath.Join(c.project.Dir, filepath.Dir(k.Pos.File)), ProjectDir: c.project.Dir, Backends: c.backends, Sizing: k.Sizing,
	}
	k.Checks = make([][]Check, len(k.Turns))
	var written strings.Builder
	for t := range k.Turns {
		nodes := k.Turns[t].Checks
		k.Turns[t].Checks = nil
		checks, err := check.CompileAll(nodes, env)
		for _, m := range spec.Mistakes(err) {
			c.mistake(m)
		}
		k.Checks[t] = make([]Check, len(checks))
		for i := range checks {
			k.Checks[t][i] = Check{checks[i], nodes[i].Pos(), isGolden(nodes[i])}
			fmt.Fprintf(&written, "%#v\n", nodes[i].Any()) // fmt sorts the keys of maps
		}
		written.WriteByte('\n')
	}
	return written.String()
}

// mistake notes a mistake once.
func (c *compiler) mistake(m *spec.Error) {
	if !c.seen[m.Error()] {
		c.seen[m.Error()] = true
		c.mistakes = append(c.mistakes, m)
	}
}
