package spec

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// Within [ ] and { }, YAML ends a plain scalar at { and }, and this YAML
// library at ? as well. That would make syntax errors of what specs are full
// of: `targets: [[${x}, ${y}]]` and `{prompt: What is this?, expect: [...]}`.
// So such characters are hidden behind ones the file does not use while it is
// parsed. Each is one character too, so no line and column moves.

const hideable = "{}?"

// mask hides them and returns what brings them back; nil when there are none.
func mask(data []byte) ([]byte, *strings.Replacer) {
	if !bytes.Contains(data, []byte("${")) && !bytes.ContainsRune(data, '?') {
		return data, nil
	}
	var hidden [len(hideable)]rune
	var back []string
	next := '\ue000' // private use
	for i, shown := range hideable {
		hidden[i] = unusedRune(data, next)
		back = append(back, string(hidden[i]), string(shown))
		next = hidden[i] + 1
	}
	var b bytes.Buffer
	b.Grow(len(data) + len(data)/8)
	closing := -1 // index of the } of the reference at hand
	for i, c := range data {
		switch {
		case c == '{' && i > 0 && data[i-1] == '$' && referenceEnd(data[i+1:]) >= 0:
			closing = i + 1 + referenceEnd(data[i+1:])
			b.WriteRune(hidden[0])
		case i == closing:
			b.WriteRune(hidden[1])
		case c == '?' && i > 0 && !strings.ContainsRune(" \t\r\n[]{},", rune(data[i-1])):
			b.WriteRune(hidden[2])
		default:
			b.WriteByte(c)
		}
	}
	return b.Bytes(), strings.NewReplacer(back...)
}

// referenceEnd returns where the } of a ${ is, or -1 where a quote, a bracket or
// the end of the line comes first: then the ${ was never closed.
func referenceEnd(after []byte) int {
	if i := bytes.IndexAny(after, "{}[],'\"\n"); i >= 0 && after[i] == '}' {
		return i
	}
	return -1
}

// unusedRune returns a character that data lacks: r or one after it.
func unusedRune(data []byte, r rune) rune {
	for r < '\uf8ff' && bytes.ContainsRune(data, r) {
		r++
	}
	return r
}

// unmask brings the hidden characters back in all scalars.
func unmask(y *yaml.Node, shown *strings.Replacer) {
	if y.Kind == yaml.ScalarNode {
		y.Value = shown.Replace(y.Value)
	}
	for _, c := range y.Content {
		unmask(c, shown)
	}
}
