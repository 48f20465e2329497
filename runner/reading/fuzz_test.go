package reading

import (
	"errors"
	"math"
	"slices"
	"testing"
	"unicode/utf8"
)

// seed gives a fuzz test the answers that the tables of the other tests hold, and
// what is meant to break readers.
func seed(f *testing.F) {
	f.Helper()
	for _, row := range numberRows {
		f.Add(row.answer)
	}
	for _, text := range texts {
		f.Add(text + text)
	}
	for _, s := range []string{
		"A) red B) green", "The answer is (B), not A.", `{"answer": "yes", "n": [1, {"a": "}"}]}`, "```json\n{\"a\": 1}\n```", "\\boxed{\\frac{1}{2}}", "<answer>4/5</answer>",
		"\xff\xfe\x00", "\u202e5\u2066", "４.5/5 — ½", "不是", "I'm sorry, but I can't", "Rating (1-5): 4", "İ\u0307ẞﬁ", "1e999", "{\"a\"", "“‘«»’”",
	} {
		f.Add(s)
	}
}

func unreadOnly(t *testing.T, answer string, err error) {
	t.Helper()
	if err != nil && (!errors.As(err, new(Unread)) || err.Error() == "" || !utf8.ValidString(err.Error())) {
		t.Errorf("%q: %v says not why it cannot be read", answer, err)
	}
}

func FuzzNumber(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		for _, o := range []NumberOptions{{}, {Pick: "first"}, {Pick: "last", Comma: true}} {
			v, err := Number(answer, o)
			unreadOnly(t, answer, err)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%q: %v", answer, v)
			}
		}
		all, err := Numbers(answer, NumberOptions{})
		unreadOnly(t, answer, err)
		if one, err := Number(answer, NumberOptions{Pick: "first"}); err == nil && len(all) > 0 && one != all[0] {
			if _, _, ok := stated(answer); !ok {
				t.Errorf("%q: the first of %v is %v", answer, all, one)
			}
		}
	})
}

func FuzzChoice(f *testing.F) {
	seed(f)
	options := [][]Option{lettered("red", "green", "blue"), lettered("1", "10", "2.5"), lettered("yes", "no", "cannot tell"), lettered("红色", "a dog", "None of the above")}
	f.Fuzz(func(t *testing.T, answer string) {
		for _, o := range options {
			letter, err := Choice(answer, o)
			unreadOnly(t, answer, err)
			if (err == nil) != slices.ContainsFunc(o, func(o Option) bool { return o.Letter == letter }) {
				t.Errorf("%q: %q, %v", answer, letter, err)
			}
		}
	})
}

func FuzzYesNo(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		_, err := YesNo(answer)
		unreadOnly(t, answer, err)
		if err == nil && Refused(answer) && !statedIn(answer) {
			t.Errorf("%q declines", answer)
		}
	})
}

func statedIn(answer string) bool {
	text, _, err := said(answer)
	return err == nil && text != answer
}

func FuzzScore(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		for _, o := range []ScoreOptions{{}, {Scale: Scale{1, 5}}, {Scale: Scale{0, 100}, Rescale: true}} {
			v, err := Score(answer, o)
			unreadOnly(t, answer, err)
			if math.IsNaN(v) || math.IsInf(v, 0) || err == nil && o.Scale.given() && (v < o.Scale.Min || v > o.Scale.Max) {
				t.Errorf("%q: %v on %v", answer, v, o.Scale)
			}
		}
	})
}

func FuzzPreference(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		for _, names := range [][2][]string{{}, {{"left", "red one"}, {"right"}}} {
			which, err := Preference(answer, names)
			unreadOnly(t, answer, err)
			if (err == nil) != (which == 1 || which == 2) {
				t.Errorf("%q: %d, %v", answer, which, err)
			}
		}
	})
}

func FuzzJSON(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		_, _, err := JSON(answer)
		unreadOnly(t, answer, err)
	})
}

// Form is dropped once and for all: what is left has none.
func FuzzFold(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, answer string) {
		_ = Words(answer)
		_ = WordBounds(answer)
		once := Fold(answer)
		if utf8.ValidString(answer) && !utf8.ValidString(once) {
			t.Errorf("%q became %q", answer, once)
		}
	})
}
