package point

import "strings"

// node is a group in brackets, or a value in one: JSON, Python literals, tuples
// and keyword arguments, as far as they go. Answers come with prose around them,
// with either kind of quotes, or cut off in the middle of a list.
type node struct {
	open       byte   // '{', '[' or '(' of a group, 0 of a value
	closed     bool   // the group ends in the answer
	impure     bool   // other things than values and commas stand in the group
	key        string // in lower case with underscores; "" without one
	text       string // of a value, without quotes
	quoted     bool
	kids       []node
	start, end int
}

// maxDepth is how deep groups are looked into.
const maxDepth = 200

// scanner reads the groups of a text in one pass.
type scanner struct {
	text     string
	at       int
	stack    []node // open groups, the innermost last
	keys     []string
	tooDeep  int // groups open beyond maxDepth
	braces   int // of the groups in stack
	unclosed [256]bool
	out      []node
}

// scan returns the groups of a text, the outermost ones.
func scan(text string) []node {
	s := &scanner{text: text}
	for s.at < len(text) {
		if len(s.stack) == 0 {
			next := strings.IndexAny(text[s.at:], "{[(")
			if next < 0 {
				break
			}
			s.at += next
		}
		s.step()
	}
	for len(s.stack) > 0 {
		s.pop(false)
	}
	return s.out
}

func (s *scanner) step() {
	switch c := s.text[s.at]; {
	case c == '{' || c == '[' || c == '(':
		s.push(c)
	case c == '}' || c == ']' || c == ')':
		s.close(c)
	case c == '"' || c == '\'':
		s.quote(c)
	case c == ':' || c == '=':
		s.colon()
	case c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '*' || c == '`':
		s.at++
	case c == '\\':
		s.at++
		s.skip(isWord) // \left, \right, \,
	case isWord(c) || c == '-' || c == '+' || c == '.':
		start := s.at
		s.at++
		s.skip(func(c byte) bool { return isWord(c) || c == '.' || c == '-' || c == '+' || c == '%' || c == '/' })
		s.value(node{text: s.text[start:s.at], start: start})
	default:
		s.top().impure = true
		s.at++
	}
}

func (s *scanner) top() *node { return &s.stack[len(s.stack)-1] }

func (s *scanner) skip(is func(byte) bool) {
	for s.at < len(s.text) && is(s.text[s.at]) {
		s.at++
	}
}

// isWord takes bytes beyond ASCII for letters.
func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func (s *scanner) push(open byte) {
	if len(s.stack) == maxDepth {
		s.tooDeep++
		s.at++
		return
	}
	if open == '{' {
		s.braces++
	}
	s.stack = append(s.stack, node{open: open, start: s.at})
	s.keys = append(s.keys, "")
	s.at++
}

// close ends the group that a bracket can end. Round and square ones end each
// other; a brace ends whatever was left open inside.
func (s *scanner) close(c byte) {
	s.at++
	if s.tooDeep > 0 {
		s.tooDeep--
		return
	}
	if c != '}' {
		if s.top().open != '{' {
			s.pop(true)
		}
		return
	}
	if s.braces == 0 {
		s.top().impure = true
		return
	}
	for s.top().open != '{' {
		s.pop(false)
	}
	s.pop(true)
}

func (s *scanner) pop(closed bool) {
	n := *s.top()
	n.closed, n.end = closed, s.at
	if n.open == '{' {
		s.braces--
	}
	s.stack, s.keys = s.stack[:len(s.stack)-1], s.keys[:len(s.keys)-1]
	if len(s.stack) == 0 {
		s.out = append(s.out, n)
		return
	}
	s.add(n)
}

func (s *scanner) value(n node) {
	n.end = s.at
	if s.tooDeep == 0 {
		s.add(n)
	}
}

// add puts a value or group into the innermost group, under the key before it.
func (s *scanner) add(n node) {
	key := &s.keys[len(s.keys)-1]
	n.key, *key = *key, ""
	s.top().kids = append(s.top().kids, n)
}

// colon makes a key of the value before it.
func (s *scanner) colon() {
	s.at++
	kids := s.top().kids
	if s.tooDeep > 0 || len(kids) == 0 {
		return
	}
	last := kids[len(kids)-1]
	if last.open != 0 || last.key != "" {
		return
	}
	s.top().kids = kids[:len(kids)-1]
	s.keys[len(s.keys)-1] = keyName(last.text)
}

// quote reads a string. It ends at a quote that is followed as the end of a
// value is, since models leave quotes within unescaped.
func (s *scanner) quote(q byte) {
	start := s.at
	s.at++
	if !s.opens(start) || s.unclosed[q] {
		return
	}
	for i := s.at; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case q:
			if s.ends(i + 1) {
				s.at = i + 1
				s.value(node{text: unescape.Replace(s.text[start+1 : i]), quoted: true, start: start})
				return
			}
		}
	}
	s.unclosed[q] = true // none further on ends either
}

var unescape = strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`, `\/`, `/`)

// opens reports whether a quote stands where a value begins, not in a word.
func (s *scanner) opens(at int) bool {
	before := strings.TrimRight(s.text[max(0, at-16):at], " \t\r\n")
	return before == "" || strings.IndexByte("{[(,:=", before[len(before)-1]) >= 0
}

// ends reports whether what follows a quote follows values.
func (s *scanner) ends(at int) bool {
	for at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[at]) >= 0 {
		at++
	}
	return at == len(s.text) || strings.IndexByte(",:=]})", s.text[at]) >= 0
}

var underscores = strings.NewReplacer(" ", "_", "-", "_")

// keyName is a key in lower case with underscores.
func keyName(key string) string {
	return underscores.Replace(strings.ToLower(strings.TrimSpace(key)))
}
