package check

import (
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Env is what checks need to know about the place they are written in.
type Env struct {
	Dir        string // folder of the spec, absolute: where commands run
	ProjectDir string // folder of vlmspec.yaml, absolute
	// Backends are the names a judge may have; nil leaves that to the run.
	Backends []string
	// Sizing says at which size images are shown, where neither the check nor the
	// backend does.
	Sizing spec.Sizing
}

// Compile makes a check of one entry of `expect`: a bare word (golden), a kind
// with a value (equals: red) or a kind with a map (number: {value: 3, abs: 1}).
// Every mistake is a *[spec.Error] with its place; several are [spec.Errors].
func Compile(n spec.Node, env Env) (Check, error) {
	name, key, value, err := entry(n)
	if err != nil {
		return nil, err
	}
	if _, ok := later[name]; ok {
		return nil, key.Errorf("remove it for now", "%s is not built yet", name)
	}
	k, ok := kinds[name]
	if !ok {
		return nil, key.Errorf(spec.DidYouMean(name, names()), "unknown check %q", name)
	}
	args := k.args()
	if err := k.decode(name, key, value, args); err != nil {
		return nil, err
	}
	if value.IsZero() {
		value = key
	}
	if err := finish(args, value, env); err != nil {
		return nil, err
	}
	return &wrapped{kind: name, common: args.keys(), pos: key.Pos(), judge: args}, nil
}

// CompileAll compiles a list of entries and returns all mistakes together.
func CompileAll(nodes []spec.Node, env Env) ([]Check, error) {
	checks := make([]Check, len(nodes))
	errs := make([]error, len(nodes))
	for i, n := range nodes {
		checks[i], errs[i] = Compile(n, env)
	}
	if err := spec.Join(errs...); err != nil {
		return nil, err
	}
	return checks, nil
}

// entry splits an entry of `expect` into the kind, where it stands and its value.
func entry(n spec.Node) (name string, key, value spec.Node, err error) {
	switch entries := n.Entries(); {
	case n.Kind() == spec.Scalar:
		return n.Text(), n, spec.Node{}, nil
	case len(entries) == 1:
		e := entries[0]
		if e.Value.Kind() == spec.Null {
			return e.Key, e.KeyNode, spec.Node{}, nil
		}
		return e.Key, e.KeyNode, e.Value, nil
	}
	return "", n, n, n.Errorf("write equals: red", "expected a check, that is a map with one key")
}

// decode reads the value of a check in the form it is written in.
func (k kind) decode(name string, key, value spec.Node, args arguments) error {
	switch {
	case value.IsZero() && k.bare:
		return nil
	case value.IsZero():
		return key.Errorf("write "+firstLine(k.example), "%s has no value", name)
	case value.Kind() == spec.Map:
		return value.Decode(args)
	case k.short == "":
		return value.Errorf("write "+firstLine(k.example), "%s takes a map", name)
	}
	return value.DecodeField(args, k.short)
}

// finish validates the common keys and the kind's own.
func finish(args arguments, at spec.Node, env Env) error {
	return spec.Join(args.keys().compile(at), args.compile(at, env))
}

// at returns where a key of a check stands; the check itself in the short form.
func at(n spec.Node, key string) spec.Node {
	if v := n.Get(key); !v.IsZero() {
		return v
	}
	return n
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
