package reading

import (
	"encoding/json"
	"io"
	"strings"
)

// scan reads the value that begins s with a bracket. Where it is none, end is after the bracket that closes it; where
// nothing closes it, after the opening one if it is prose, else at the end of the text.
func scan(s string) (end int, ok, prose bool) {
	var open []byte
	inString := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case inString && c == '\\':
			i++
		case inString:
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			open = append(open, c)
		case c == '}' || c == ']':
			if c != open[len(open)-1]+2 { // } is {+2 and ] is [+2
				return i + 1, false, false
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				return i + 1, json.Valid([]byte(s[:i+1])), false
			}
		}
	}
	if !plausible(s) {
		return 1, false, true
	}
	return len(s), false, false
}

// plausible reports whether what begins with a bracket looks like JSON that was cut off.
func plausible(s string) bool {
	rest := strings.TrimLeft(s[1:], " \t\r\n")
	if rest == "" {
		return true
	}
	if s[0] == '{' {
		return strings.IndexByte("\"'{[}", rest[0]) >= 0 || isKey(rest)
	}
	return strings.IndexByte("\"{[-0123456789", rest[0]) >= 0
}

// isKey is for keys without quotes: {color: ...
func isKey(s string) bool {
	name := texName(s)
	return name != "" && strings.HasPrefix(strings.TrimLeft(s[len(name):], " "), ":")
}

// decodeJSON reads a text that is one JSON value and nothing else.
func decodeJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		if strings.Contains(err.Error(), "max depth") {
			return nil, errDeep
		}
		return nil, errNoJSON
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errNoJSON
	}
	if repeats(text, v) {
		return nil, errTwice
	}
	return v, nil
}

// repeats reports whether an object of valid JSON had more keys than are left of it: one was there twice.
func repeats(text string, v any) bool {
	keys, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case c == ':' && !inString:
			keys++
		}
	}
	return keys != countKeys(v)
}

func countKeys(v any) int {
	n := 0
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, inner := range v {
			n += countKeys(inner)
		}
	case []any:
		for _, inner := range v {
			n += countKeys(inner)
		}
	}
	return n
}
