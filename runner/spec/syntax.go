package spec

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var yamlMessage = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// rewordings turn what the YAML library says into what a person can act on.
// The first whose key occurs in the message applies.
var rewordings = []struct{ found, what, hint string }{
	{"found character that cannot start any token", "a value may not begin with this character", "put it in quotes"},
	{"found a tab character", "a tab where YAML wants spaces", "indent with spaces"},
	{"mapping values are not allowed", "a second \": \" in one line, or a wrong indent", "put the value in quotes if it contains \": \""},
	{"did not find expected key", "this is neither a key nor a value", "check the indent, and quotes within quotes"},
	{"did not find expected '-' indicator", "a list item must begin with \"- \"", "check the indent"},
	{"did not find expected ',' or ']'", "a list in [ ] is not closed or lacks a comma", ""},
	{"did not find expected ',' or '}'", "a map in { } is not closed or lacks a comma", ""},
	{"did not find expected node content", "a value is missing here, or a bracket before is not closed", ""},
	{"could not find expected ':'", "a key without \":\"", "write key: value"},
	{"found unexpected end of stream", "a quote is not closed", ""},
	{"unknown anchor", "", "define it with &name before it is used"},
	{"control characters are not allowed", "a control character", "remove it"},
}

// syntaxError says where and why the YAML library gave up.
func syntaxError(file string, data, masked []byte, err error) *Error {
	at, why := locate(masked)
	if at > 0 && why != nil {
		err = why
	}
	line, what := 1, err.Error()
	if m := yamlMessage.FindStringSubmatch(what); m != nil {
		what = m[2]
		if n, err := strconv.Atoi(m[1]); err == nil {
			line = n
		}
		if strings.HasPrefix(what, "did not find expected") && m[1] != "" {
			line++ // the library counts these lines from 0
		}
	}
	if at > 0 {
		line = at
	}
	lines := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	line = min(line, len(lines))
	e := &Error{Pos: Pos{File: file, Line: line}, What: "not YAML: " + what}
	for _, r := range rewordings {
		if strings.Contains(what, r.found) {
			if r.what != "" {
				e.What = "not YAML: " + r.what
			}
			e.Hint = r.hint
			break
		}
	}
	if tab := tabIndent(lines, line); tab > 0 {
		e.Pos.Line = tab
		e.What, e.Hint = "not YAML: the line is indented with a tab", "indent with spaces"
	}
	return e
}

// tabIndent returns the line, at or next to the given one, whose indent has a tab.
func tabIndent(lines [][]byte, line int) int {
	for n := max(1, line-1); n <= min(line+1, len(lines)); n++ {
		l := lines[n-1]
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if bytes.ContainsRune(indent, '\t') && len(bytes.TrimSpace(l)) > 0 {
			return n
		}
	}
	return 0
}

func notUTF8(file string, data []byte) *Error {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			line := 1 + bytes.Count(data[:i], []byte("\n"))
			return &Error{
				Pos:  Pos{File: file, Line: line, Column: i - bytes.LastIndexByte(data[:i], '\n')},
				What: fmt.Sprintf("byte 0x%02x is not UTF-8", data[i]),
				Hint: "save the file as UTF-8",
			}
		}
		i += size
	}
	return nil
}
