package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// parameter is one input of an endpoint, or one of its results, as /info has it.
type parameter struct {
	Label      string `json:"label"`
	Name       string `json:"parameter_name"`
	HasDefault bool   `json:"parameter_has_default"`
	Default    any    `json:"parameter_default"`
	Component  string `json:"component"`

	state bool // a place for what the app remembers; /info does not have it
}

// endpoint is one function of an app.
type endpoint struct {
	name    string // without slash
	fn      int
	inputs  []parameter // one for each place of the data, states included
	outputs []parameter // likewise
}

type info struct {
	Named map[string]struct {
		Parameters []parameter `json:"parameters"`
		Returns    []parameter `json:"returns"`
	} `json:"named_endpoints"`
}

// endpoint finds the endpoint of a config, or the only one there is.
func (a *app) endpoint(ctx context.Context) (*endpoint, error) {
	var all info
	if err := a.get(ctx, a.prefix+"/info", &all); err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(all.Named))
	name := "/" + a.config.Endpoint
	switch {
	case a.config.Endpoint == "" && len(names) == 1:
		name = names[0]
	case a.config.Endpoint == "" && len(names) == 0:
		return nil, sdk.Errorf(sdk.InvalidConfig, "the app at %s has no endpoint with a name; its author gives one by api_name", a.config.URL)
	case a.config.Endpoint == "":
		return nil, sdk.Errorf(sdk.InvalidConfig, "the app at %s has several endpoints, %s; say which with `endpoint: %s` in config", a.config.URL, strings.Join(names, ", "), names[0])
	}
	e, ok := all.Named[name]
	if !ok {
		return nil, sdk.Errorf(sdk.InvalidConfig, "the app at %s has no endpoint %s; it has %s", a.config.URL, name, strings.Join(names, ", "))
	}
	out := &endpoint{name: strings.TrimPrefix(name, "/")}
	dep, fn := a.dependency(out.name)
	if dep == nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "the app at %s lists endpoint %s and has no function for it", a.config.URL, name)
	}
	out.fn = fn
	var err error
	if out.inputs, err = a.places(dep.Inputs, e.Parameters); err == nil {
		out.outputs, err = a.places(dep.Outputs, e.Returns)
	}
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidConfig, "endpoint %s of the app at %s: %w", name, a.config.URL, err)
	}
	return out, nil
}

// dependency is the function of an endpoint, with its number.
func (a *app) dependency(name string) (*dependency, int) {
	for i, d := range a.about.Dependencies {
		if d.APIName == name {
			if d.ID != nil {
				i = *d.ID
			}
			return &d, i
		}
	}
	return nil, 0
}

// places pairs the components of a function with the parameters of /info, which
// leaves states out.
func (a *app) places(ids []int, known []parameter) (all []parameter, err error) {
	types := map[int]string{}
	for _, c := range a.about.Components {
		types[c.ID] = c.Type
	}
	for _, id := range ids {
		if types[id] == "state" {
			all = append(all, parameter{state: true})
			continue
		}
		if len(known) == 0 {
			return nil, sdk.Errorf(sdk.InvalidConfig, "/config and /info disagree on its parameters")
		}
		known[0].Component = strings.ToLower(known[0].Component) // versions spell them differently
		all, known = append(all, known[0]), known[1:]
	}
	if len(known) > 0 {
		return nil, sdk.Errorf(sdk.InvalidConfig, "/config and /info disagree on its parameters")
	}
	return all, nil
}

// remembers reports whether the app keeps a conversation for a session.
func (e *endpoint) remembers() bool {
	return slices.ContainsFunc(e.inputs, func(p parameter) bool { return p.state })
}
