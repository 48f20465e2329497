package plan

import (
	"fmt"
	"slices"

	"github.com/vlmspec/vlmspec/runner/check"
	"github.com/vlmspec/vlmspec/runner/secret"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Secrets are those of all cases and backends, for what is about no single case.
func (p *Plan) Secrets() *secret.Set { return p.secrets }

// passed are the values that the checks of a case pass on to programs.
func (c *compiler) passed(k *Case) (all []secret.Value) {
	for _, turn := range k.Checks {
		for _, one := range turn {
			for _, v := range check.Variables(one.Check) {
				found, why := v.Secrets(c.project.Env)
				if why != "" {
					c.mistake(&spec.Error{Pos: one.Pos, What: why, Hint: "write what is no secret into the file, or give a longer value"})
				}
				all = append(all, found...)
			}
		}
	}
	for _, v := range all {
		if !slices.Contains(c.passedOn, v) {
			c.passedOn = append(c.passedOn, v)
		}
	}
	return all
}

// addSecrets gives a case its secrets; cases that have the same share a set. A
// secret that is part of what names a case cannot be hidden: the case would be
// another one in every report.
func (c *compiler) addSecrets(k *Case) {
	values := append(slices.Clip(k.Case.Secrets), c.passed(k)...)
	for _, b := range k.backends() {
		values = append(values, c.project.Backends[b].Secrets...)
	}
	if len(values) == 0 {
		return
	}
	key := fmt.Sprintf("%q", values)
	if _, ok := c.secrets[key]; !ok {
		c.secrets[key] = secret.New(values...)
	}
	k.Secrets = c.secrets[key]
	for _, name := range [][2]string{{k.ID, "ID of this case"}, {k.Backend, "name of its backend"}, {k.Pos.File, "name of its file"}} {
		if env := k.Secrets.Of(name[0]); env != "" {
			c.mistake(&spec.Error{
				Pos: k.Pos, What: fmt.Sprintf("the value of ${env:%s} is in the %s, which every report shows", env, name[1]),
				Hint: "use another name, or write what is no secret into the file",
			})
			return
		}
	}
}
