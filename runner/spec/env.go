package spec

import (
	"slices"

	"github.com/vlmspec/vlmspec/runner/secret"
)

// environment is where ${env:NAME} finds its values.
type environment struct {
	get func(name string) (string, bool)
	// sealed once loading is done: from then on Nodes are read concurrently,
	// and every secret has been noted.
	sealed bool
	named  bool           // ${env:NAME} stands for itself
	seen   []secret.Value // all that was read while loading
}

// byName calls f with every ${env:NAME} standing for itself: for what must not
// depend on a secret. It does nothing where none was read.
func (e *environment) byName(f func()) {
	if len(e.seen) == 0 {
		return
	}
	e.named = true
	f()
	e.named = false
}

// environ returns the value of ${env:key} in n and notes it as a secret.
func (s *scope) environ(n Node, key string) (string, error) {
	env := s.environment()
	value, ok := "", false
	if env != nil {
		value, ok = env.get(key)
	}
	if !ok {
		return "", n.Errorf("set it: export "+key+"=...", "environment variable %s is not set", key)
	}
	if why := secret.Refuse(value); why != "" {
		return "", n.Errorf(givePlain, "the value of ${env:%s} %s%s", key, why, unhidden)
	}
	if env.named {
		return "${env:" + key + "}", nil
	}
	if !env.sealed && s.secrets != nil && value != "" {
		found := secret.Value{Name: key, Text: value}
		note(s.secrets, found)
		note(&env.seen, found)
	}
	return value, nil
}

func note(all *[]secret.Value, v secret.Value) {
	if !slices.Contains(*all, v) {
		*all = append(*all, v)
	}
}

func (s *scope) environment() *environment {
	for ; s != nil; s = s.parent {
		if s.env != nil {
			return s.env
		}
	}
	return nil
}

// Hide takes secrets out of mistakes, whose texts quote what was read.
func Hide(err error, secrets *secret.Set) error {
	if err == nil || secrets == nil {
		return err
	}
	var clean []error
	for _, m := range Mistakes(err) {
		m = secret.Clean(secrets, m)
		m.What, m.Hint = secrets.HidePieces(m.What), secrets.HidePieces(m.Hint)
		clean = append(clean, m)
	}
	return Join(clean...)
}
