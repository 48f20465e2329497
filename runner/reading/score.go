package reading

import (
	"math"
	"slices"
)

// Scale is the least and the greatest rating there is; the zero Scale is none.
type Scale struct{ Min, Max float64 }

func (s Scale) given() bool { return s != Scale{} }

// ScoreOptions say how a rating is read.
type ScoreOptions struct {
	Number  NumberOptions
	Scale   Scale
	Rescale bool // a rating on another scale is brought to Scale
}

// Score reads a rating: 4, 4/5, "four out of five", "on a scale of 1 to 5: 4". One on another scale than the given
// one cannot be read, unless it is to be rescaled: x/d becomes x·Max/d, and x from a to b is moved in proportion.
func Score(answer string, o ScoreOptions) (float64, error) {
	answer, same, err := said(answer)
	switch {
	case err != nil:
		return 0, err
	case !same && o.Number.Pick != "last":
		return 0, unread("it states different answers")
	case Refused(answer):
		return 0, unread("it declines to answer")
	}
	d := lex(Plain(answer))
	s := scorer{ScoreOptions: o, numbers: findNumbers(d, o.Number.Comma)}
	if err := s.scales(); err != nil {
		return 0, err
	}
	if err := s.ratings(); err != nil {
		return 0, err
	}
	s.prefer()
	v, err := s.numbers.pick(o.Number.Pick)
	if err != nil {
		return 0, err
	}
	if s.stated.given() && s.rated == nil {
		v = o.Scale.Min + (v-s.stated.Min)*(o.Scale.Max-o.Scale.Min)/(s.stated.Max-s.stated.Min)
	}
	if o.Scale.given() && (v < o.Scale.Min || v > o.Scale.Max) {
		return 0, unread("%v is outside the scale of %v to %v", v, o.Scale.Min, o.Scale.Max)
	}
	return v, nil
}

// scorer reads one rating.
type scorer struct {
	ScoreOptions
	numbers *numbers
	stated  Scale // another scale than the given one that the answer names
	rated   []int // the tokens of ratings that have a denominator
}

// scales drops what states a scale rather than a rating: "on a scale of 1-5", "(1-5)", "the 1 to 5 scale".
func (s *scorer) scales() error {
	found := s.withoutLegend()
	kept := found[:0]
	for i := 0; i < len(found); i++ {
		if i+1 == len(found) || !s.statesScale(found[i], found[i+1]) {
			kept = append(kept, found[i])
			continue
		}
		if err := s.states(Scale{found[i].value, found[i+1].value}); err != nil {
			return err
		}
		i++
	}
	s.numbers.found = kept
	return nil
}

// states notes a scale that the answer names.
func (s *scorer) states(stated Scale) error {
	if !s.Scale.given() || stated == s.Scale {
		return nil
	}
	if !s.Rescale || !(stated.Min < stated.Max) {
		return unread("it rates from %v to %v, not on the scale of %v to %v", stated.Min, stated.Max, s.Scale.Min, s.Scale.Max)
	}
	s.stated = stated
	return nil
}

// withoutLegend drops the numbers of a legend: (1 = bad, 5 = good).
func (s *scorer) withoutLegend() []found {
	d := s.numbers.doc
	isLegend := func(f found) bool {
		end := d.pastNumber(f.at)
		return f.reads() && d.any(end, "=", "means") && d.kind(end+1) == word
	}
	for _, f := range s.numbers.found { // in brackets one is enough: Rating (5 = best): 2
		if isLegend(f) && d.any(f.at-1, "(", "[") {
			return slices.DeleteFunc(s.numbers.found, isLegend)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(s.numbers.found), func(f found) bool { return !isLegend(f) })); n < 2 {
		return s.numbers.found
	}
	return slices.DeleteFunc(s.numbers.found, isLegend)
}

// statesScale reports whether two numbers that follow each other are the ends of a scale.
func (s *scorer) statesScale(a, b found) bool {
	d := s.numbers.doc
	if !a.reads() || !b.reads() || !(a.value < math.Abs(b.value)) {
		return false
	}
	end := d.pastNumber(a.at)
	ends := Scale{a.value, b.value} == s.Scale
	if ends && d.is(end) == "and" && d.is(a.at-1) == "between" && end+1 == b.at {
		return true
	}
	if !d.any(end, "-", "to", "~", "through") || end+1 < b.at-1 {
		return false
	}
	k, after := a.at-1, d.pastNumber(b.at)
	for d.any(k, "of", "from", ":", "is", "the", "between") {
		k--
	}
	switch {
	case ends && d.is(after) == ":", d.any(k, "scale", "range", "scales"), d.any(after, "scale") || d.is(after) == "-" && d.is(after+1) == "scale" || d.any(after, "rating") && d.is(after+1) == "scale":
		return true
	case d.any(a.at-1, "(", "[") && d.any(after, ")", "]"):
		return true
	}
	return d.is(a.at-1) == "from"
}

// pastNumber is the token after a number that begins at token i: its digits, or its words.
func (d *doc) pastNumber(i int) int {
	if d.kind(i) != digits {
		i++
		for isNumberWord(d.is(i)) || d.is(i) == "-" && isNumberWord(d.is(i+1)) {
			i++
		}
		return i
	}
	i++
	for d.is(i) == "." && d.glued(i) && d.glued(i+1) && d.kind(i+1) == digits {
		i += 2
	}
	return i
}

// ratings reads "4/5", "4 out of 5", "4 of 5" and percentages as ratings, and drops their denominators.
func (s *scorer) ratings() error {
	d := s.numbers.doc
	var kept []found
	all := s.numbers.found
	for i := 0; i < len(all); i++ {
		f := all[i]
		end := d.pastNumber(f.at)
		for d.any(end, "star", "stars", "point", "points", "-") {
			end++
		}
		switch {
		case f.skip.text != "":
		case d.is(f.at-1) == "of" && d.is(f.at-2) == "out": // out of 5: 4
			if _, err := s.outOf(f, f.value, f.value); err != nil {
				return err
			}
			continue
		case d.is(end) == "/" && d.kind(end+1) == digits && d.kind(f.at) == digits:
			var err error
			if f, err = s.over(f, end); err != nil {
				return err
			}
		case i+1 < len(all) && (d.is(end) == "out" && d.is(end+1) == "of" || d.any(end, "of", "von", "sur", "su", "de", "di", "из", "van", "av")) && all[i+1].at <= end+5 && all[i+1].why.text == "":
			var err error
			if f, err = s.outOf(f, f.value, all[i+1].value); err != nil {
				return err
			}
			i++
		case d.is(end) == "%" && s.Scale.given() && s.Scale.Max != 100:
			var err error
			if f, err = s.outOf(f, f.value, 100); err != nil {
				return err
			}
		}
		kept = append(kept, f)
	}
	s.numbers.found = kept
	return nil
}

// over reads "4/5" whose slash is at token i; the number reader took it for a fraction.
func (s *scorer) over(f found, i int) (found, error) {
	d := s.numbers.doc
	value, why := s.numbers.literal(d.from(f.at, i))
	to := d.pastNumber(i + 1)
	whole, whyNot := s.numbers.literal(d.from(i+1, to))
	if why != "" || whyNot != "" || d.is(to) == "/" {
		f.why = note{f.at, to, "is no rating"}
		return f, nil
	}
	if f.value < 0 {
		value = -value
	}
	return s.outOf(f, value, whole)
}

// outOf is a rating of value where whole is the best there is.
func (s *scorer) outOf(f found, value, whole float64) (found, error) {
	f.why, f.value = note{}, value
	s.rated = append(s.rated, f.at)
	switch {
	case !s.Scale.given() || whole == s.Scale.Max:
		return f, nil
	case !s.Rescale || !(whole > 0):
		return f, unread("it rates out of %v, not on the scale of %v to %v", whole, s.Scale.Min, s.Scale.Max)
	}
	f.value = value * s.Scale.Max / whole
	return f, nil
}

// prefer keeps the numbers that are announced as a rating, where others stand beside them.
func (s *scorer) prefer() {
	if s.Number.Pick != "" && s.Number.Pick != "only" || len(s.numbers.found) < 2 {
		return
	}
	d := s.numbers.doc
	var rated []found
	for _, f := range s.numbers.found {
		k := f.at - 1
		for d.any(k, ":", "=", "is", "of", "a", "an", "it", "at", "as", "this", "image", "the", "\"", "(", "：", "be", "would", "with") {
			k--
		}
		if slices.Contains(s.rated, f.at) || d.any(k, "rating", "score", "grade", "rate", "give", "rated", "quality", "评分", "分") {
			rated = append(rated, f)
		}
	}
	if len(rated) == 1 && d.aspect(rated[0].at) && slices.ContainsFunc(s.numbers.found, func(f found) bool { return f.at != rated[0].at && d.labelled(f.at) }) {
		return
	}
	if len(rated) > 0 {
		s.numbers.found = rated
	}
}

// labelled reports whether a word and a colon stand before the number at token i: Sharpness: 2.
func (d *doc) labelled(i int) bool { return d.any(i-1, ":", "=") && d.kind(i-2) == word }

// aspect reports whether the number at token i is labelled as the quality of something, of which there may be others.
func (d *doc) aspect(i int) bool {
	return d.labelled(i) && d.is(i-2) == "quality" && !d.any(i-3, "overall", "total", "general")
}
