package main

import (
	"slices"
	"strings"
	"unicode"
)

// special is a token that stands for itself rather than for learnt text.
type special struct {
	token          int32
	text           string
	userDefined    bool // parsed in any text; the others in trusted text only
	lstrip, rstrip bool // swallows white space on its left, right
}

// tokenizer turns the pieces of a prompt into tokens.
//
// llama.cpp can parse control tokens in all of a text or in none of it. Here the
// template's are parsed and the test case's are not, and yet a harmless prompt
// gets exactly the tokens it would get as one text: words still merge across
// the border of template and case. So control tokens are cut out first, longest
// first as llama.cpp does, and only what lies between them is tokenised.
type tokenizer struct {
	specials []special // longest text first
	// plain tokenises text without control tokens.
	plain func(text string) []int32
}

func newTokenizer(specials []special, plain func(string) []int32) *tokenizer {
	sorted := slices.DeleteFunc(slices.Clone(specials), func(s special) bool { return s.text == "" })
	slices.SortStableFunc(sorted, func(a, b special) int { return len(b.text) - len(a.text) })
	return &tokenizer{specials: sorted, plain: plain}
}

// fragment is text[start:end), or a token when it is not -1.
type fragment struct {
	start, end int
	token      int32
}

// tokens tokenises pieces of text that follow each other; none is an image.
func (t *tokenizer) tokens(pieces []piece) []int32 {
	var b strings.Builder
	var trusted []bool
	for _, p := range pieces {
		b.WriteString(p.text)
		trusted = append(trusted, slices.Repeat([]bool{p.trusted}, len(p.text))...)
	}
	text := b.String()
	fragments := []fragment{{0, len(text), -1}}
	for _, s := range t.specials {
		if strings.Contains(text, s.text) {
			fragments = cutOut(fragments, text, trusted, s)
		}
	}
	var tokens []int32
	for _, f := range fragments {
		if f.token >= 0 {
			tokens = append(tokens, f.token)
		} else if f.start < f.end {
			tokens = append(tokens, t.plain(text[f.start:f.end])...)
		}
	}
	return tokens
}

// cutOut splits the text fragments at every place where s may be parsed.
func cutOut(fragments []fragment, text string, trusted []bool, s special) []fragment {
	var out []fragment
	for _, f := range fragments {
		if f.token >= 0 {
			out = append(out, f)
			continue
		}
		for {
			at := find(text, f, trusted, s)
			if at < 0 {
				break
			}
			left, right := at, at+len(s.text)
			if s.lstrip {
				left = f.start + len(strings.TrimRightFunc(text[f.start:at], unicode.IsSpace))
			}
			if s.rstrip {
				right = f.end - len(strings.TrimLeftFunc(text[right:f.end], unicode.IsSpace))
			}
			out = append(out, fragment{f.start, left, -1}, fragment{token: s.token})
			f.start = right
		}
		out = append(out, f)
	}
	return out
}

func find(text string, f fragment, trusted []bool, s special) int {
	for at := f.start; ; at++ {
		i := strings.Index(text[at:f.end], s.text)
		if i < 0 {
			return -1
		}
		at += i
		if s.userDefined || !slices.Contains(trusted[at:at+len(s.text)], false) {
			return at
		}
	}
}
