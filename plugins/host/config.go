package host

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// prepare validates a configuration against the backend's schema, and makes its
// paths absolute.
func prepare(config map[string]any, info sdk.Info, dir string) (map[string]any, error) {
	if config == nil {
		config = map[string]any{}
	}
	if len(info.ConfigSchema) > 0 {
		if err := validate(config, info.ConfigSchema); err != nil {
			return nil, err
		}
	}
	out := maps.Clone(config)
	for _, key := range info.PathKeys {
		absolute(out, strings.Split(key, "."), dir)
	}
	return out, nil
}

// absolute makes the paths at a key absolute; on its way the key enters maps and
// every item of lists, which are copied.
func absolute(m map[string]any, key []string, dir string) {
	value := m[key[0]]
	if path, ok := value.(string); ok && len(key) == 1 && path != "" && !filepath.IsAbs(path) {
		m[key[0]] = filepath.Join(dir, filepath.FromSlash(path))
	}
	if len(key) == 1 {
		return
	}
	switch value := value.(type) {
	case map[string]any:
		inner := maps.Clone(value)
		absolute(inner, key[1:], dir)
		m[key[0]] = inner
	case []any:
		list := slices.Clone(value)
		for i, item := range list {
			if inner, ok := item.(map[string]any); ok {
				inner = maps.Clone(inner)
				absolute(inner, key[1:], dir)
				list[i] = inner
			}
		}
		m[key[0]] = list
	}
}

func validate(config map[string]any, schema []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return sdk.Errorf(sdk.Internal, "the backend's config schema is no JSON: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("config.json", doc); err != nil {
		return sdk.Errorf(sdk.Internal, "the backend's config schema: %w", err)
	}
	s, err := c.Compile("config.json")
	if err != nil {
		return sdk.Errorf(sdk.Internal, "the backend's config schema: %w", err)
	}
	var invalid *jsonschema.ValidationError
	switch err := s.Validate(config); {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		return sdk.Errorf(sdk.InvalidConfig, "config: %s", sentence(invalid, doc))
	default:
		return sdk.Errorf(sdk.InvalidConfig, "config: %w", err)
	}
}

// sentence reports the first thing that is wrong.
func sentence(e *jsonschema.ValidationError, schema any) string {
	for len(e.Causes) > 0 {
		e = e.Causes[0]
	}
	where := strings.Join(e.InstanceLocation, ".")
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return fmt.Sprintf("unknown key %q; the backend takes %s", k.Properties[0], strings.Join(keysOf(schema), ", "))
	case *kind.Required:
		return fmt.Sprintf("key %q is missing", k.Missing[0])
	}
	text := e.ErrorKind.LocalizedString(message.NewPrinter(language.English))
	if where == "" {
		return text
	}
	return where + ": " + text
}

func keysOf(schema any) []string {
	m, _ := schema.(map[string]any)
	properties, _ := m["properties"].(map[string]any)
	return slices.Sorted(maps.Keys(properties))
}
