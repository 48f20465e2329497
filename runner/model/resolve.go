package model

import (
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Resolve returns the config of a backend with paths in place of the models it
// refers to, and the path of the vision encoder added where a short name stands
// for both. Nothing is pulled: the error says how to. References are hf:... and
// http addresses of GGUF files anywhere in the config, and for llamacpp a short
// name as model or mmproj.
func Resolve(b spec.Backend) (map[string]any, error) {
	var store Store
	return rewrite(b, func(r Ref, written string) (path string, err error) {
		if store == (Store{}) {
			if store, err = Open(); err != nil {
				return "", err
			}
		}
		for _, part := range r.Parts() {
			if _, err := store.Find(part); err != nil {
				return "", fmt.Errorf("%w; pull it with: vlmspec models pull %s", err, quoted(written))
			}
		}
		return store.path(r), nil
	})
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if strings.ContainsAny(word, "?&#*; $`") {
		return "'" + word + "'"
	}
	return word
}

// Refs lists the files that a backend's config refers to.
func Refs(b spec.Backend) ([]Ref, error) {
	var all []Ref
	_, err := rewrite(b, func(r Ref, _ string) (string, error) {
		all = append(all, r.Parts()...)
		return "", nil
	})
	return all, err
}

// rewrite replaces references in a config; to gets each with how it was written.
func rewrite(b spec.Backend, to func(r Ref, written string) (string, error)) (map[string]any, error) {
	config := maps.Clone(b.Config)
	if b.Plugin == "llamacpp" {
		if err := shortNames(config, to); err != nil {
			return nil, err
		}
	}
	out, err := replace(config, to)
	if err != nil {
		return nil, err
	}
	return out.(map[string]any), nil
}

// shortNames replaces a name that stands for a pair of files.
func shortNames(config map[string]any, to func(Ref, string) (string, error)) (err error) {
	model, _ := config["model"].(string)
	mmproj, given := config["mmproj"].(string)
	k, ok := Lookup(model)
	if ok {
		if config["model"], err = to(k.Model, k.Name); err != nil {
			return err
		}
	}
	if p, named := Lookup(mmproj); named {
		k, ok = p, true
	} else {
		ok = ok && !given
	}
	if ok {
		config["mmproj"], err = to(k.MMProj, k.Name)
	}
	return err
}

// replace replaces the references in a value, in a copy.
func replace(value any, to func(Ref, string) (string, error)) (any, error) {
	switch v := value.(type) {
	case string:
		if !refers(v) {
			return v, nil
		}
		r, err := Parse(v)
		if err != nil {
			return nil, err
		}
		return to(r, v)
	case map[string]any:
		out := maps.Clone(v)
		for _, key := range slices.Sorted(maps.Keys(v)) { // so that one mistake is reported, always the same
			item, err := replace(v[key], to)
			if err != nil {
				return nil, err
			}
			out[key] = item
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = replace(item, to); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return value, nil
}

// refers reports whether a text of a config is meant as a model. Addresses are
// also what other plugins talk to, so one has to end as a model's does.
func refers(text string) bool {
	if strings.HasPrefix(text, "hf:") {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && strings.EqualFold(path.Ext(u.Path), ".gguf")
}
