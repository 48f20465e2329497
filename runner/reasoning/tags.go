package reasoning

import "strings"

// mark opens or closes reasoning.
type mark struct {
	kind   string // a mark is closed by one of its own kind
	closes bool
}

// longestTag is the most bytes of a mark with its angle brackets, white space included.
const longestTag = 32

// tags are the names of XML-like marks, in lower case.
var tags = map[string]bool{"think": true, "thinking": true, "thought": true, "reasoning": true, "seed:think": true}

// tokens are the marks that are no such tags.
//
// Sources: Magistral's and Kimi-VL's model cards on huggingface.co/mistralai and
// huggingface.co/moonshotai, Gemma 4's prompt format on ai.google.dev/gemma/docs,
// Command A Reasoning's on docs.cohere.com, OpenThinker's on huggingface.co/open-thoughts.
var tokens = []struct {
	text string
	mark mark
}{
	{"[THINK]", mark{"[THINK]", false}},
	{"[/THINK]", mark{"[THINK]", true}},
	{"◁think▷", mark{"◁think▷", false}},
	{"◁/think▷", mark{"◁think▷", true}},
	{"<|channel>thought\n", mark{"<|channel>", false}},
	{"<|channel>", mark{"<|channel>", false}},
	{"<channel|>", mark{"<|channel>", true}},
	{"<|START_THINKING|>", mark{"<|START_THINKING|>", false}},
	{"<|END_THINKING|>", mark{"<|START_THINKING|>", true}},
	{"<|begin_of_thought|>", mark{"<|begin_of_thought|>", false}},
	{"<|end_of_thought|>", mark{"<|begin_of_thought|>", true}},
}

// tagAt is the mark that a text begins with, and its length; 0 for none.
func tagAt(s string) (mark, int) {
	if !mayMark(s) {
		return mark{}, 0
	}
	for _, t := range tokens {
		if strings.HasPrefix(s, t.text) {
			return t.mark, len(t.text)
		}
	}
	if s[0] != '<' {
		return mark{}, 0
	}
	end := strings.IndexByte(s[:min(len(s), longestTag)], '>')
	if end < 0 {
		return mark{}, 0
	}
	name, closes := strings.CutPrefix(trim(s[1:end]), "/")
	if name = strings.ToLower(trim(name)); !tags[name] {
		return mark{}, 0
	}
	return mark{kind: name, closes: closes}, end + 1
}

// mayMark looks at the first bytes only.
func mayMark(s string) bool {
	switch {
	case len(s) < 2:
		return false
	case s[0] == '<':
		c := s[1] | 0x20 // lower case, of letters
		return c >= 'a' && c <= 'z' || strings.IndexByte("/| \t\n\r", s[1]) >= 0
	}
	return s[0] == '[' && (s[1] == '/' || s[1] == 'T') || strings.HasPrefix(s, "◁")
}

// splitter is a text while it is taken apart.
type splitter struct {
	text              string
	from              int // where the piece begins that is read
	open              string
	opened            int // marks that opened reasoning, less those that closed it
	last              int // end of the last mark
	answer, reasoning pieces
	found             bool
}

// split takes a text apart by the marks that markAt finds. Reasoning ends with the
// first mark that closes it; one that closes what was never opened ends reasoning
// that began with the text.
func split(text string, cut bool, markAt func(string) (mark, int)) Parts {
	s := splitter{text: text}
	for i := 0; i < len(text); {
		m, n := markAt(text[i:])
		if n == 0 {
			i++
			continue
		}
		s.meet(m, i, i+n)
		i += n
	}
	return s.parts(cut)
}

// meet takes in a mark that stands in the text from start to end.
func (s *splitter) meet(m mark, start, end int) {
	again := s.found && trim(s.text[s.last:start]) == ""
	switch {
	case s.open == "" && !m.closes:
		s.answer.add(s.text[s.from:start])
		s.open, s.from = m.kind, end
		s.opened++
	case s.open == "":
		s.reasoning = append(s.reasoning, s.answer...)
		s.reasoning.add(s.text[s.from:start])
		s.answer, s.from, s.opened = nil, end, max(s.opened-1, 0)
	case m.kind == s.open && m.closes:
		s.reasoning.add(s.text[s.from:start])
		s.open, s.from = "", end
		s.opened--
	case m.kind == s.open && again: // opened by the template and by the model
		s.from = end
	case m.kind == s.open:
		s.opened++
	default: // another kind, of which the model thinks
		return
	}
	s.found, s.last = true, end
}

func (s *splitter) parts(cut bool) Parts {
	rest := s.text[s.from:]
	switch {
	case !s.found:
		return Parts{Answer: s.text}
	case s.open != "" || cut && s.opened > 0:
		s.reasoning = append(s.reasoning, s.answer...)
		s.reasoning.add(rest)
		return Parts{Reasoning: s.reasoning.String(), Unclosed: true}
	}
	s.answer.add(rest)
	return Parts{Answer: s.answer.String(), Reasoning: s.reasoning.String()}
}
