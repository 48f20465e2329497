package point

import "strings"

// attributes are those of a tag, in order; bare is what stands outside quotes.
type attributes struct {
	list []attribute
	bare string
}

type attribute struct{ name, value string }

// value returns an attribute, "" when there is none.
func (a attributes) value(name string) string {
	for _, one := range a.list {
		if one.name == name {
			return one.value
		}
	}
	return ""
}

// readAttributes reads a tag from behind its name to its end, and returns its
// length with the closing bracket; -1 when the tag is not closed. A quote within
// a quoted value does not end it unless what follows is an attribute or the end.
func readAttributes(text string) (a attributes, size int) {
	var bare strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '>':
			a.bare = bare.String()
			return a, i + 1
		case '<':
			return a, -1
		case '=':
			name := lastWord(bare.String())
			bare.WriteByte('=')
			value, n := readValue(text[i+1:])
			if n < 0 {
				return a, -1
			}
			a.list = append(a.list, attribute{name, strings.TrimSpace(value.text)})
			if !value.quoted {
				bare.WriteString(value.text)
			}
			bare.WriteByte(' ')
			i += 1 + n
		default:
			bare.WriteByte(c)
			i++
		}
	}
	return a, -1
}

func lastWord(text string) string {
	fields := strings.Fields(text[max(0, len(text)-64):])
	if len(fields) == 0 {
		return ""
	}
	return strings.ToLower(fields[len(fields)-1])
}

// readValue reads the value of an attribute, and how long it is with its quotes;
// -1 when its quote does not end.
func readValue(text string) (v node, size int) {
	start := 0
	for start < len(text) && text[start] == ' ' {
		start++
	}
	if start == len(text) {
		return v, -1
	}
	if q := text[start]; q == '"' || q == '\'' {
		for i := start + 1; i < len(text); i++ {
			if text[i] == '<' {
				break // another tag
			}
			if text[i] == q && endsValue(text[i+1:]) {
				return node{text: text[start+1 : i], quoted: true}, i + 1
			}
		}
		return v, -1
	}
	end := start
	for end < len(text) && !strings.ContainsRune(" \t\n<>", rune(text[end])) {
		end++
	}
	return node{text: strings.TrimSuffix(text[start:end], "/")}, end
}

// endsValue reports whether text goes on as behind a quoted value: with another
// attribute, or the end of the tag.
func endsValue(text string) bool {
	rest := strings.TrimLeft(text[:min(len(text), 64)], " \t\n")
	if rest == "" {
		return len(text) == 0
	}
	if rest[0] == '>' || strings.HasPrefix(rest, "/>") {
		return true
	}
	name := strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
	return len(name) < len(rest) && strings.HasPrefix(strings.TrimLeft(name, " "), "=")
}
