package reading

import "strings"

// maxBlocks bounds how many fenced blocks are kept, from the end.
const maxBlocks = 100

// blocks are the contents of the fenced blocks, the last one also where nothing closes it. A fence closes with as
// many marks as opened it, or more, so blocks may stand in blocks.
func blocks(s string) []string {
	var out []string
	open, begin, offset := "", 0, 0
	for line := range strings.Lines(s) {
		mark, rest := cutFence(line)
		switch {
		case mark == "":
		case open == "":
			if content, ok := oneLine(mark, rest); ok {
				out = append(out, content)
				break
			}
			open, begin = mark, offset+len(line)-len(rest)+languageLength(rest)
		case mark[0] == open[0] && len(mark) >= len(open) && strings.TrimSpace(rest) == "":
			out = append(out, s[begin:offset])
			open = ""
		}
		offset += len(line)
		if open != "" && strings.HasSuffix(strings.TrimSpace(line), open) && mark == "" { // {"a": 1}```
			out = append(out, s[begin:begin+strings.LastIndex(s[begin:offset], open)])
			open = ""
		}
	}
	if open != "" {
		out = append(out, s[begin:])
	}
	return out[max(0, len(out)-maxBlocks):]
}

// languageLength is how many bytes after a fence name a language.
func languageLength(rest string) int {
	n := 0
	for n < len(rest) && (rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z' || rest[n] >= '0' && rest[n] <= '9' && n > 0) {
		n++
	}
	if word := rest[:n]; word == "true" || word == "false" || word == "null" {
		return 0
	}
	return n
}

// oneLine reads a block that opens and closes on one line: ```json {"a": 1} ```.
func oneLine(mark, rest string) (string, bool) {
	i := strings.Index(rest, mark)
	if i < 0 {
		return "", false
	}
	return rest[languageLength(rest):i], true
}
