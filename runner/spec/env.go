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
	found := secret.Value{Name: key, Text: value}
	if !env.sealed && s.secrets != nil && value != "" && !slices.Contains(*s.secrets, found) {
		*s.secrets = append(*s.secrets, found)
	}
	return value, nil
}

func (s *scope) environment() *environment {
	for ; s != nil; s = s.parent {
		if s.env != nil {
			return s.env
		}
	}
	return nil
}
