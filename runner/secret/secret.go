// Package secret takes values that nobody may see out of what leaves vlmspec.
// [New] makes a set of them; [Set.Hide] works on a text, [Clean] on all strings
// of a value, [Set.Writer] on a stream. What leaves goes through one of them, and
// nothing else does: IDs, digests, goldens and cache keys are made of what was
// read. Start reading at [Set.Hide]; forms.go says in which forms a value is found.
package secret

import (
	"cmp"
	"slices"
	"strings"
)

// Mask stands where a secret stood.
const Mask = "[redacted]"

// Value is a secret and the environment variable that it came from.
type Value struct{ Name, Text string }

// Set is some secrets. A nil one has none. It is safe for concurrent use.
type Set struct {
	values  []Value
	forms   []form // the longest first
	longest int    // bytes of the longest form
	// probes are the first and last bytes of the forms: a text without one of them
	// holds no secret, nor what a cut has left of one.
	probes []string
}

// form is one way to write a value.
type form struct {
	text, name string
	plain      bool // as in the environment, but for space around it
}

// New makes a set; nil when there is nothing to hide.
func New(values ...Value) *Set {
	seen := map[string]bool{}
	s := &Set{values: values}
	for _, v := range values {
		for _, text := range formsOf(v.Text) {
			if !seen[text] {
				seen[text] = true
				s.forms = append(s.forms, form{text, v.Name, strings.TrimSpace(text) == strings.TrimSpace(v.Text)})
			}
		}
	}
	if len(s.forms) == 0 {
		return nil
	}
	slices.SortStableFunc(s.forms, func(a, b form) int {
		return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text))
	})
	s.longest = len(s.forms[0].text)
	for _, f := range s.forms {
		for _, probe := range []string{f.text[:leastAtMark], f.text[len(f.text)-leastAtMark:]} {
			if !slices.Contains(s.probes, probe) {
				s.probes = append(s.probes, probe)
			}
		}
	}
	return s
}

// With is a set with more values.
func (s *Set) With(values ...Value) *Set {
	if len(values) == 0 {
		return s
	}
	if s != nil {
		values = append(slices.Clone(s.values), values...)
	}
	return New(values...)
}

// Of returns the name of the first secret in a text, "" when there is none.
func (s *Set) Of(text string) string {
	if s == nil {
		return ""
	}
	if found := s.find(text); len(found) > 0 {
		return found[0].name
	}
	return ""
}

// In reports whether a text holds a secret, or what a cut has left of one.
func (s *Set) In(text string) bool { return s.Of(text) != "" }

// Hide puts [Mask] in place of every secret, in whatever form: of those that
// overlap nothing is left. A secret that was cut off at an ellipsis or an end of
// the text goes too.
func (s *Set) Hide(text string) string {
	if s == nil {
		return text
	}
	found := s.find(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.from])
		b.WriteString(Mask)
		at = f.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// Named puts ${env:NAME} in place of every secret as it is written in the
// environment, but for space around it; a ${ that was there becomes $${, so that no
// text without a secret is taken for one that has it. What is left of secrets in
// other forms is masked.
func (s *Set) Named(text string) string {
	if s == nil {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range merged(s.whole(text, func(f form) bool { return f.plain })) {
		b.WriteString(s.Hide(strings.ReplaceAll(text[at:f.from], "${", "$${")))
		b.WriteString("${env:" + f.name + "}")
		at = f.to
	}
	b.WriteString(s.Hide(strings.ReplaceAll(text[at:], "${", "$${")))
	return b.String()
}

// span is where a secret stands, in bytes.
type span struct {
	from, to int
	name     string // of the longest form that begins there
}

// find returns where secrets stand, in order and apart from each other.
func (s *Set) find(text string) []span {
	probed := func(probe string) bool { return strings.Contains(text, probe) }
	if !slices.ContainsFunc(s.probes, probed) && !probed(cuts[1].text) {
		return nil
	}
	return merged(append(s.whole(text, func(form) bool { return true }), s.cut(text)...))
}

// whole finds secrets that are whole, in the forms that are wanted.
func (s *Set) whole(text string, wanted func(form) bool) []span {
	var found []span
	for _, f := range s.forms {
		if !wanted(f) {
			continue
		}
		for at := 0; ; {
			i := strings.Index(text[at:], f.text)
			if i < 0 {
				break
			}
			found = append(found, span{at + i, at + i + len(f.text), f.name})
			at += i + 1
		}
	}
	return found
}

// merged joins spans that overlap.
func merged(found []span) []span {
	slices.SortStableFunc(found, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	out := found[:0]
	for _, f := range found {
		if n := len(out); n > 0 && f.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, f.to)
			continue
		}
		out = append(out, f)
	}
	return out
}

// A text is cut at these marks, and at its ends. Between the first two, how much is
// left out: nobody else writes them so, and one byte of a secret there is enough.
var cuts = []cutMark{{"… (", 1, 0}, {" bytes left out) …", 0, 1}, {"…", leastAtMark, leastAtMark}, {"...", leastAtMark, leastAtMark}}

// cutMark stands where a text was cut.
type cutMark struct {
	text string
	// How many bytes of a secret before it, and after it, are taken for what is left
	// of one; 0 is none.
	before, after int
}

// How many bytes of a secret must stand at a mark to be taken for what is left
// of it, and how many at an end of a text that is long enough to have been cut.
const (
	leastAtMark = 3
	leastAtEnd  = 6
	longText    = 64
)

// cut finds what is left of secrets that somebody has shortened.
func (s *Set) cut(text string) []span {
	var found []span
	if len(text) >= longText {
		found = append(s.headAt(text, len(text), leastAtEnd), s.tailAt(text, 0, leastAtEnd)...)
	}
	for _, mark := range cuts {
		for at := 0; ; {
			i := strings.Index(text[at:], mark.text)
			if i < 0 {
				break
			}
			if mark.before > 0 {
				found = append(found, s.headAt(text, at+i, mark.before)...)
			}
			at += i + len(mark.text)
			if mark.after > 0 {
				found = append(found, s.tailAt(text, at, mark.after)...)
			}
		}
	}
	return found
}

// headAt finds the longest beginning of a secret that ends at a place.
func (s *Set) headAt(text string, end, least int) (best []span) {
	for _, f := range s.forms {
		if len(f.text) <= least {
			continue
		}
		from := max(0, end-len(f.text)+1)
		for {
			i := strings.Index(text[from:end], f.text[:least])
			if i < 0 {
				break
			}
			if from += i; strings.HasPrefix(f.text, text[from:end]) {
				best = longer(best, span{from, end, f.name})
				break
			}
			from++
		}
	}
	return best
}

// tailAt finds the longest end of a secret that begins at a place.
func (s *Set) tailAt(text string, from, least int) (best []span) {
	for _, f := range s.forms {
		if len(f.text) <= least {
			continue
		}
		end := min(len(text), from+len(f.text)-1)
		for {
			i := strings.LastIndex(text[from:end], f.text[len(f.text)-least:])
			if i < 0 {
				break
			}
			if end = from + i + least; strings.HasSuffix(f.text, text[from:end]) {
				best = longer(best, span{from, end, f.name})
				break
			}
			end--
		}
	}
	return best
}

func longer(best []span, s span) []span {
	if len(best) == 0 || s.to-s.from > best[0].to-best[0].from {
		return []span{s}
	}
	return best
}
