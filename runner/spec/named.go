package spec

import "strings"

// Named is the config of a backend with ${env:NAME} in place of the values from
// the environment whose names which is true of: a new key is no new backend, and no
// digest is made of one. The config itself stays.
func (b *Backend) Named(which func(name string) bool) map[string]any {
	var replace []string
	for _, v := range b.Secrets {
		if v.Text != "" && which(v.Name) {
			replace = append(replace, v.Text, "${env:"+v.Name+"}")
		}
	}
	if replace == nil {
		return b.Config
	}
	names := strings.NewReplacer(replace...)
	out := make(map[string]any, len(b.Config))
	for key, value := range b.Config {
		out[key] = renamed(value, names)
	}
	return out
}

func renamed(value any, names *strings.Replacer) any {
	switch v := value.(type) {
	case string:
		return names.Replace(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = renamed(item, names)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = renamed(item, names)
		}
		return out
	}
	return value
}
