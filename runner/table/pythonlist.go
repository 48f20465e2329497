package table

import "strings"

// pythonList reads a list of texts as Python and JSON write it: ['a', "b"].
func pythonList(text string) ([]any, bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") {
		return nil, false
	}
	rest := strings.TrimSpace(text[1 : len(text)-1])
	list := []any{}
	for rest != "" {
		item, after, ok := pythonText(rest)
		if !ok {
			return nil, false
		}
		list = append(list, item)
		after, more := strings.CutPrefix(strings.TrimSpace(after), ",")
		if rest = strings.TrimSpace(after); !more && rest != "" {
			return nil, false
		}
	}
	return list, true
}

// pythonText reads a text in quotes.
func pythonText(s string) (text, rest string, ok bool) {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s) && strings.IndexByte(`'"\/`, s[i+1]) >= 0:
			i++
			b.WriteByte(s[i])
		case s[i] == '\\':
			return "", "", false
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}
