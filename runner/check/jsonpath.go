package check

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// jsonPath is a path such as $.shapes[0]['the color']: keys and indices, of
// which negative ones count from the end. Its items are string and int.
type jsonPath []any

var pathStep = regexp.MustCompile(`^(?:\.([^.\[\]\s]+)|\[(-?\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\])`)

func parsePath(text string) (jsonPath, error) {
	rest, ok := strings.CutPrefix(text, "$")
	if !ok {
		return nil, fmt.Errorf("a JSON path begins with $, got %s", quote(text))
	}
	path := jsonPath{}
	for rest != "" {
		m := pathStep.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("bad JSON path at %s", quote(rest))
		}
		rest = rest[len(m[0]):]
		if m[2] != "" {
			i, err := strconv.Atoi(m[2])
			if err != nil {
				return nil, err
			}
			path = append(path, i)
			continue
		}
		path = append(path, m[1]+m[3]+m[4])
	}
	return path, nil
}

func (p jsonPath) String() string {
	var b strings.Builder
	b.WriteByte('$')
	for _, step := range p {
		if key, ok := step.(string); ok && pathStep.FindString("."+key) == "."+key {
			b.WriteString("." + key)
		} else {
			fmt.Fprintf(&b, "[%#v]", step)
		}
	}
	return b.String()
}

// find follows the path; the error says where it ends.
func (p jsonPath) find(v any) (any, error) {
	for i, step := range p {
		next, ok := descend(v, step)
		if !ok {
			return nil, fmt.Errorf("the JSON has no %s; %s is %s", p[:i+1], p[:i], describeJSON(v))
		}
		v = next
	}
	return v, nil
}

func descend(v, step any) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		key, _ := step.(string)
		next, ok := v[key]
		return next, ok
	case []any:
		i, ok := step.(int)
		if i < 0 {
			i += len(v)
		}
		if !ok || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	}
	return nil, false
}

func describeJSON(v any) string {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			return "an object with no keys"
		}
		return "an object with the keys " + texts(slices.Sorted(maps.Keys(v))).String()
	case []any:
		return "a list of " + plural(len(v), "item")
	}
	return shorten(jsonText(v), maxQuoted)
}

// jsonText is a string as it is, anything else as compact JSON.
func jsonText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
