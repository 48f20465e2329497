// Package reasoning sets what a model thought apart from what it answers. Start
// reading at [Rule.Apart] and [Rule.Split]; tags.go knows the marks that models write, channels.go
// the channels of gpt-oss.
package reasoning

import (
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// Rule says how reasoning is marked in a text. The zero Rule knows the marks that
// models are known to write.
type Rule struct {
	// Open and Close stand around the reasoning, byte for byte. Without Open the
	// reasoning begins with the text, as where a chat template has opened it.
	Open, Close string
	Keep        bool // the text is the answer as it stands
}

// Parts are a text taken apart, each without white space around it.
type Parts struct {
	Answer    string // the text as it stands where there is no reasoning in it
	Reasoning string
	// Unclosed says that the reasoning does not end, so that there is no answer.
	Unclosed bool
}

// Apart takes a response apart: its text, and what its backend has set apart already.
func (r Rule) Apart(said sdk.Response) Parts {
	cut := said.Finish == sdk.FinishLength
	p := r.Split(said.Text, cut)
	if said.Reasoning != "" {
		p.Reasoning = trim(said.Reasoning + "\n" + p.Reasoning)
		p.Unclosed = p.Unclosed || cut && trim(p.Answer) == ""
	}
	return p
}

// Split takes a text apart. cut says that it was cut off: then reasoning that was
// opened twice and closed once has no end. The time it takes is linear in the text.
func (r Rule) Split(text string, cut bool) Parts {
	switch {
	case r.Keep:
		return Parts{Answer: text}
	case r.Close != "":
		return r.custom(text, cut)
	case strings.Contains(text, channelToken):
		return splitChannels(text)
	case strings.HasPrefix(text, bareAnalysis):
		if before, answer, ok := cutLast(text, bareFinal); ok {
			return Parts{Answer: trim(answer), Reasoning: trim(before[len(bareAnalysis):])}
		}
	}
	return split(text, cut, tagAt)
}

// custom splits by the marks of the rule.
func (r Rule) custom(text string, cut bool) Parts {
	if r.Open == "" {
		before, answer, ok := cutLast(text, r.Close)
		if !ok {
			return Parts{Reasoning: trim(text), Unclosed: true}
		}
		return Parts{Answer: trim(answer), Reasoning: trim(before)}
	}
	return split(text, cut, func(s string) (mark, int) {
		switch {
		case strings.HasPrefix(s, r.Close):
			return mark{kind: "custom", closes: true}, len(r.Close)
		case strings.HasPrefix(s, r.Open):
			return mark{kind: "custom"}, len(r.Open)
		}
		return mark{}, 0
	})
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func trim(s string) string { return strings.TrimSpace(s) }

// pieces are parts of a text, joined by line ends.
type pieces []string

func (p *pieces) add(s string) {
	if s = trim(s); s != "" {
		*p = append(*p, s)
	}
}

func (p pieces) String() string { return strings.Join(p, "\n") }
