package spec

import (
	"regexp"
	"strings"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/runner/secret"
)

// Variables are environment variables of a program that vlmspec starts, beside
// those that every program gets: a list of names to pass on, or names with values.
type Variables struct{ procenv.Extra }

var nameOfVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// DecodeNode implements [Decoder].
func (v *Variables) DecodeNode(n Node) error {
	if err := checkVariables(n); err != nil {
		return err
	}
	v.Pass, v.Set = nil, map[string]string{}
	for _, name := range n.Items() {
		v.Pass = append(v.Pass, name.Text())
	}
	for _, e := range n.Entries() {
		var value string
		if err := e.Value.Decode(&value); err != nil {
			return err
		}
		v.Set[e.Key] = value
	}
	return nil
}

// JSONSchema implements [Schemer].
func (*Variables) JSONSchema() map[string]any {
	name := map[string]any{"type": "string", "pattern": nameOfVariable.String()}
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "array", "items": name},
		map[string]any{"type": "object", "propertyNames": name, "additionalProperties": anyText},
	}}
}

// laterVariables are read once it is known what ${...} stands for.
type laterVariables struct{ node Node }

func (v *laterVariables) DecodeNode(n Node) error {
	v.node = n
	return checkVariables(n)
}

func (*laterVariables) JSONSchema() map[string]any { return (*Variables)(nil).JSONSchema() }

func checkVariables(n Node) error {
	var problems problems
	switch n.Kind() {
	case List:
		for _, name := range n.Items() {
			problems.add(checkVariable(name, name.Text()))
		}
	case Map:
		for _, e := range n.Entries() {
			problems.add(checkVariable(e.KeyNode, e.Key))
			if k := e.Value.Kind(); k != Scalar {
				problems.add(e.Value.Errorf(`write `+e.Key+`: "..."`, "expected text for environment variable %s, got %s", e.Key, k))
			}
		}
	default:
		problems.add(n.Errorf("write [HF_TOKEN] to pass it on, or {NAME: value}", "expected names of environment variables, got %s", describe(n)))
	}
	return problems.err()
}

func checkVariable(n Node, name string) error {
	switch {
	case !nameOfVariable.MatchString(name):
		return n.Errorf("use letters, digits and _", "%q cannot name an environment variable", name)
	case procenv.Private(name):
		return n.Errorf("leave it out", "%s is set by vlmspec itself", name)
	}
	return nil
}

// Secrets are the values of variables that are passed on, but for those that every
// program gets. Of a value that cannot be hidden, why says so where the name says
// that it is a secret; another one is none.
func (v Variables) Secrets(get func(string) (string, bool)) (found []secret.Value, why string) {
	for _, name := range v.Pass {
		value, ok := get(name)
		if !ok || strings.TrimSpace(value) == "" || procenv.Given(name) {
			continue
		}
		switch refused := secret.Refuse(value); {
		case refused == "":
			found = append(found, secret.Value{Name: name, Text: value})
		case procenv.Secret(name):
			why = "the value of " + name + ", which env passes on, " + refused + unhidden
		}
	}
	return found, why
}

// unhidden is what follows from a value that cannot be hidden, and givePlain what to do.
const (
	unhidden  = ": it cannot be kept out of reports without cutting up other words"
	givePlain = "write what is no secret into the file, or give a longer value"
)
