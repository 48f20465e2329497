package reading

import (
	"errors"
	"fmt"
	"reflect"
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

// lastAmid reads the last complete value that stands in a text: an object, else a list, else a line that is a scalar.
func lastAmid(answer string) (value any, note string, err error) {
	var last [2]string // object, list
	var n [2]int
	differ := [2]bool{}
	for from, tries := 0, 0; tries < maxTries; {
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

// maxTries bounds how many brackets of prose are looked at that nothing closes.
const maxTries = 16

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
