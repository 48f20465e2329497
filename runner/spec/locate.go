package spec

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The YAML library names the line where what it was reading began, or none at
// all. So the fault is looked for: it is in the first line with which the document
// can be read no more. Where a bracket or a quote is open, a document that ends
// cannot be read either, and the lines that follow show it.

// maxTried is how much is parsed to find a fault.
const maxTried = 48 << 20 // bytes

// maxOpen is how many lines are tried to see a bracket or a quote closed.
const maxOpen = 30

// locator looks for the fault of a document that is not YAML.
type locator struct {
	data  []byte
	ends  []int // of the lines in data
	tried int   // bytes
	found map[int]error
}

// locate returns the line of the fault, from 1, and what the library says of the
// document up to there; 0 where it would take too long.
func locate(data []byte) (line int, err error) {
	l := &locator{data: data, found: map[int]error{}}
	for i, c := range data {
		if c == '\n' || i+1 == len(data) || c == '\r' && data[i+1] != '\n' {
			l.ends = append(l.ends, i+1)
		}
	}
	good, bad := 0, len(l.ends)
	for good+1 < bad && l.tried < maxTried {
		middle := (good + bad) / 2
		if end, ok := l.readable(middle, bad); ok {
			good = end
		} else {
			bad = middle
		}
	}
	if l.tried >= maxTried {
		return 0, nil
	}
	if line, err := l.within(good); line > 0 {
		return line, err
	}
	return bad, l.try(bad)
}

// readable reports whether the document can be read up to a line, or up to one
// that follows and closes what is open, which it returns.
func (l *locator) readable(line, before int) (int, bool) {
	for end := line; end < min(line+maxOpen, before); end++ {
		switch err := l.try(end); {
		case err == nil:
			return end, true
		case !open(err):
			return 0, false
		}
	}
	return 0, false
}

func (l *locator) try(line int) error {
	err, known := l.found[line]
	if !known {
		err = l.parse(l.data[:l.ends[line-1]])
		l.found[line] = err
	}
	return err
}

func (l *locator) parse(data []byte) (err error) {
	l.tried += len(data) + 1
	defer func() {
		if recover() != nil {
			err = errors.New("yaml: cannot be read")
		}
	}()
	var y yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(data)).Decode(&y); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// open reports whether a document may only have ended too early.
func open(err error) bool {
	return isOneOf(err, "found unexpected end of stream", "did not find expected ',' or", "did not find expected node content", "while scanning a quoted scalar")
}

func isOneOf(err error, messages ...string) bool {
	return slices.ContainsFunc(messages, func(m string) bool { return strings.Contains(err.Error(), m) })
}

// within finds a fault within brackets over several lines, which begin after a
// line: the first line after which closing them does not help. It is 0 where the
// fault is another.
func (l *locator) within(good int) (line int, err error) {
	first := good + 1
	for first < len(l.ends) && blank.Match(l.line(first)) {
		first++
	}
	if first > len(l.ends) {
		return 0, nil
	}
	begin := 0
	if good > 0 {
		begin = l.ends[good-1]
	}
	quote := 0 // the line where one was opened
	for end := first; end <= min(first+maxOpen, len(l.ends)); end++ {
		closing, quoted := closers(l.data[begin:l.ends[end-1]])
		if end == first && closing == "" {
			return 0, nil
		}
		if quoted {
			if quote == 0 {
				quote = end
			}
			continue
		}
		err := l.parse(append(slices.Clone(l.data[:l.ends[end-1]]), closing...))
		switch {
		case err == nil:
			quote = 0
			continue
		case end == first:
			return 0, nil
		case quote > 0:
			return quote, err
		}
		if next := l.line(end); indent(next) <= indent(l.line(first)) && !startsWithCloser.Match(next) {
			return end - 1, l.try(first) // it is the bracket that is not closed
		}
		return end, err
	}
	return quote, l.try(first)
}

func (l *locator) line(n int) []byte {
	begin := 0
	if n > 1 {
		begin = l.ends[n-2]
	}
	return l.data[begin:l.ends[n-1]]
}

var (
	blank            = regexp.MustCompile(`^\s*(#.*)?$`)
	startsWithCloser = regexp.MustCompile(`^\s*[\]}]`)
)

func indent(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " -")) }

// closers are the brackets that are open at the end of a text, to be closed.
// quoted says that a quote is.
func closers(text []byte) (closing string, quoted bool) {
	var stack []byte
	var quote byte
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote && (c != '"' || text[i-1] != '\\') {
				quote = 0
			}
		case (c == '"' || c == '\'') && (i == 0 || bytes.IndexByte([]byte(" \t\n[{,:"), text[i-1]) >= 0):
			quote = c
		case c == '[':
			stack = append(stack, ']')
		case c == '{':
			stack = append(stack, '}')
		case (c == ']' || c == '}') && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	slices.Reverse(stack)
	return string(stack), quote != 0
}
