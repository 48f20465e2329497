package yamledit

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// block is an entry of a file: the comment lines right above its key, the lines
// of the entry, and the empty lines and comments after it.
type block struct {
	key              string
	lead, body, tail string
}

// split cuts a file into what is above the first entry, and its blocks.
func split(name string, data []byte, root spec.Node) (head string, all []block, err error) {
	lines := linesOf(string(data))
	entries := root.Entries()
	slices.SortFunc(entries, func(a, b spec.Entry) int { return a.KeyNode.Pos().Line - b.KeyNode.Pos().Line })
	for i, e := range entries {
		pos := e.KeyNode.Pos()
		if pos.Column != 1 || i > 0 && entries[i-1].KeyNode.Pos().Line == pos.Line {
			pos.File = name
			return "", nil, &spec.Error{Pos: pos, What: "the entry " + e.Key + " does not begin its line", Hint: "write each entry as a block of lines of its own"}
		}
	}
	end := len(lines)
	for _, e := range slices.Backward(entries) {
		begin := e.KeyNode.Pos().Line - 1
		lead, last := leadOf(lines, begin), lastOf(lines, begin, end)
		all = append(all, block{e.Key, join(lines[lead:begin]), join(lines[begin:last]), join(lines[last:end])})
		end = lead
	}
	slices.Reverse(all)
	return join(lines[:end]), all, nil
}

// lineEnd finds what YAML takes for the end of a line.
var lineEnd = regexp.MustCompile("\r\n|[\n\r\u0085\u2028\u2029]")

func linesOf(text string) []string {
	var lines []string
	for text != "" {
		end := len(text)
		if at := lineEnd.FindStringIndex(text); at != nil {
			end = at[1]
		}
		lines = append(lines, text[:end])
		text = text[end:]
	}
	return lines
}

func join(lines []string) string { return strings.Join(lines, "") }

// leadOf returns the first of the comment lines right above a key: they belong
// to it.
func leadOf(lines []string, line int) int {
	for line > 0 && strings.HasPrefix(lines[line-1], "#") {
		line--
	}
	return line
}

// lastOf leaves empty lines and comments after an entry outside of it.
func lastOf(lines []string, begin, end int) int {
	for end > begin+1 && (strings.TrimSpace(lines[end-1]) == "" || strings.HasPrefix(lines[end-1], "#")) {
		end--
	}
	return end
}

var bom = []byte("\ufeff")

// patch applies edits to the text of a file. gap is what stands between an entry
// that is new and those around it.
func patch(name string, data []byte, root spec.Node, edits []Edit, gap string) ([]byte, error) {
	text, marked := bytes.CutPrefix(data, bom)
	head, all, err := split(name, text, root)
	if err != nil {
		return nil, err
	}
	own := ownLineEnds(string(text))
	for _, e := range edits {
		i := slices.IndexFunc(all, func(b block) bool { return b.key == e.Key })
		switch {
		case e.Value == nil && i < 0:
		case e.Value == nil:
			head, all = removed(head, all, i)
		case i >= 0:
			body, err := render(e.Key, e.Value, all[i].body)
			if err != nil {
				return nil, err
			}
			all[i].body = own(body)
		default:
			body, err := render(e.Key, e.Value, "")
			if err != nil {
				return nil, err
			}
			head, all = inserted(head, all, block{key: e.Key, body: own(body)}, own(gap), own("\n"))
		}
	}
	var out strings.Builder
	if marked {
		out.Write(bom)
	}
	out.WriteString(head)
	for _, b := range all {
		out.WriteString(b.lead + b.body + b.tail)
	}
	return []byte(out.String()), nil
}

func windowsEnds(file []byte) bool {
	line, _, found := bytes.Cut(file, []byte("\n"))
	return found && bytes.HasSuffix(line, []byte("\r"))
}

// ownLineEnds returns what gives a text the line ends of a file, by its first.
func ownLineEnds(file string) func(text string) string {
	if !windowsEnds([]byte(file)) {
		return func(text string) string { return text }
	}
	return func(text string) string {
		return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
	}
}

// inserted puts a block before the first with a greater key.
func inserted(head string, all []block, b block, gap, lineEnd string) (string, []block) {
	i := slices.IndexFunc(all, func(other block) bool { return other.key > b.key })
	switch comment := strings.TrimSpace(b.tail) != ""; {
	case i < 0:
		i = len(all)
	case comment:
		b.tail = strings.TrimRight(b.tail, "\r\n") + "\n" + gap
	default:
		b.tail = gap
	}
	before := &head
	if i > 0 {
		before = &all[i-1].tail
	}
	whole := *before
	if i > 0 {
		whole = all[i-1].body + whole
	}
	if whole != "" && !strings.HasSuffix(whole, "\n") {
		*before += lineEnd
	}
	if whole = strings.TrimRight(whole, " \t"); whole != "" && !strings.HasSuffix(whole, "\n\n") && !strings.HasSuffix(whole, "\n\r\n") && whole != "\n" {
		*before += gap
	}
	return head, slices.Insert(all, i, b)
}

// removed takes a block away; comments after it, which are not its own, stay.
func removed(head string, all []block, i int) (string, []block) {
	if kept := all[i].tail; strings.TrimSpace(kept) != "" {
		before := &head
		if i > 0 {
			before = &all[i-1].tail
		}
		if strings.HasSuffix(*before, "\n") {
			kept = strings.TrimLeft(kept, "\r\n")
		}
		*before += kept
	}
	return head, slices.Delete(all, i, i+1)
}
