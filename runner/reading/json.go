package reading

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// JSON reads the JSON of an answer: all of it, else the last fenced block that is JSON, else the last complete value
// amid the text, an object before a list before a line that is a scalar. What stands inside a value that is broken is
// no value. Numbers are [json.Number], so that they keep their text. note says which value was taken where several
// differ, "" otherwise.
func JSON(answer string) (value any, note string, err error) {
	if value, err = decodeJSON(strings.TrimPrefix(answer, "\ufeff")); err == nil {
		return value, "", nil
	}
	whole := err
	if value, note, err = lastFenced(answer); err == nil {
		return value, note, nil
	}
	if value, note, err = lastAmid(answer); err == nil {
		return value, note, nil
	}
	if errors.Is(whole, errDeep) || errors.Is(whole, errTwice) {
		return nil, "", whole
	}
	return nil, "", err
}

var (
	errDeep  = Unread("its JSON is nested too deeply")
	errTwice = Unread("its JSON has a key twice")
)

// lastFenced reads the last of the fenced blocks that parse.
func lastFenced(answer string) (value any, note string, err error) {
	if !strings.Contains(answer, "```") && !strings.Contains(answer, "~~~") {
		return nil, "", errNoJSON
	}
	good := 0
	differ := false
	for _, block := range blocks(answer) {
		v, err := decodeJSON(block)
		if err != nil {
			continue
		}
		differ = differ || good > 0 && !reflect.DeepEqual(v, value)
		value, good = v, good+1
	}
	switch {
	case good == 0:
		return nil, "", errNoJSON
	case differ:
		note = fmt.Sprintf("of %d fenced blocks of JSON the last one is taken", good)
	}
	return value, note, nil
}

const errNoJSON = Unread("there is no JSON in it")

// mostBlocks bounds how many fenced blocks are kept, from the end.
const mostBlocks = 100

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
	return out[max(0, len(out)-mostBlocks):]
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

// lastAmid reads the last complete value that stands in a text: an object, else a list, else a line that is a scalar.
func lastAmid(answer string) (value any, note string, err error) {
	var last [2]string // object, list
	var n [2]int
	differ := [2]bool{}
	for from, tries := 0, 0; tries < mostTries; {
		i := strings.IndexAny(answer[from:], "{[")
		if i < 0 {
			break
		}
		from += i
		end, ok, prose := scan(answer[from:])
		if ok {
			k := 0
			if answer[from] == '[' {
				k = 1
			}
			text := answer[from : from+end]
			differ[k] = differ[k] || n[k] > 0 && last[k] != text
			last[k], n[k] = text, n[k]+1
		} else if prose {
			tries++
		}
		from += end
	}
	for k, name := range []string{"objects", "lists"} {
		if n[k] == 0 {
			continue
		}
		if value, err = decodeJSON(last[k]); err != nil {
			return nil, "", err
		}
		if differ[k] {
			note = fmt.Sprintf("of %d different %s of JSON the last one is taken", n[k], name)
		}
		return value, note, nil
	}
	return lastScalar(answer)
}

// mostTries bounds how many brackets of prose are looked at that nothing closes.
const mostTries = 16

func lastScalar(answer string) (any, string, error) {
	if strings.ContainsAny(answer, "{[") {
		return nil, "", errNoJSON
	}
	lines := strings.Split(strings.TrimSpace(answer), "\n")
	if v, err := decodeJSON(lines[len(lines)-1]); err == nil {
		return v, "", nil
	}
	return nil, "", errNoJSON
}

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

// answerKeys hold the answer of an object, the most likely first.
var answerKeys = []string{"answer", "final_answer", "choice", "option", "prediction", "result", "label", "value", "score", "rating"}

// jsonAnswer is the text of an answer that is JSON: a text, or an object with one that holds the answer. An object
// that does not say which value that is cannot be read.
func jsonAnswer(answer string) (text string, ok bool, err error) {
	trimmed := strings.TrimSpace(answer)
	if !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "\"") && !strings.HasPrefix(trimmed, "```") && !strings.HasPrefix(trimmed, "[\"") {
		return "", false, nil
	}
	if end := strings.TrimRight(trimmed, "."); end == "" || strings.IndexByte("}]\"`", end[len(end)-1]) < 0 {
		return "", false, nil
	}
	v, _, err := JSON(trimmed)
	if err != nil {
		return "", false, nil //nolint:nilerr // it is text
	}
	switch v := v.(type) {
	case map[string]any:
		if text, ok = scalarText(answerOf(v)); !ok {
			err = unread("its JSON does not say which value is the answer")
		}
		return text, ok, err
	case []any:
		if len(v) == 1 {
			text, ok = scalarText(v[0])
		}
	case string:
		return v, true, nil
	}
	return text, ok, nil
}

// answerOf is the value of an object that holds the answer: by its key, or the only one. nil is none.
func answerOf(v map[string]any) any {
	for _, key := range answerKeys {
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if strings.EqualFold(name, key) {
				return v[name]
			}
		}
	}
	if len(v) == 1 {
		for name, inner := range v {
			if low := strings.ToLower(name); !yesWords[low] && !noWords[low] { // {"no": true} says either
				return inner
			}
		}
	}
	return nil
}

func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
