package plan

import (
	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/trust"
)

// Programs lists what the checks of a case start, those of its goldens too: a golden
// comes with the project like its specs. Secrets count by [redacted].
func (p *Plan) Programs(i int) []trust.Program {
	c := p.cases[i]
	var all []trust.Program
	for turn, checks := range c.Checks {
		for _, k := range checks {
			all = append(all, programs(c, k)...)
		}
		if accepted, ok := p.goldens.Accepted(c.ID, turn); ok {
			for _, k := range accepted.Tolerance {
				all = append(all, programs(c, Check{Check: k, Pos: c.Pos})...)
			}
		}
	}
	return all
}

func programs(c *Case, k Check) []trust.Program {
	var all []trust.Program
	for _, command := range check.Commands(k.Check) {
		run := make([]string, len(command.Run))
		for i, word := range command.Run {
			run[i] = c.Secrets.Hide(word)
		}
		env := make(map[string]string, len(command.Env))
		for name, value := range command.Env {
			env[name] = c.Secrets.Hide(value)
		}
		all = append(all, trust.Command("command", run, command.Dir, env, k.Pos))
	}
	return all
}
