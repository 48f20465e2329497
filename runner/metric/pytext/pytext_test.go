package pytext_test

import (
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// The wanted values are CPython 3.11's.

func TestFields(t *testing.T) {
	for in, want := range map[string][]string{
		"a b\tc\n":             {"a", "b", "c"},
		"a\x1cb\x1fc":          {"a", "b", "c"},
		"a\u00a0b\u2028c\x85d": {"a", "b", "c\x85d"}, // a lone byte 0x85 is no rune, so no space
		"a\u0085b\u3000c":      {"a", "b", "c"},
		"a\u200bb":             {"a\u200bb"},
		" ":                    nil,
	} {
		if got := pytext.Fields(in); len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Errorf("Fields(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCase(t *testing.T) {
	for in, want := range map[string]string{"ABC": "abc", "İ": "i̇", "ΟΔΟΣ": "οδος", "Σ": "σ", "ÄÖ": "äö", "ΣΑΣ Α": "σας α", "K": "k"} {
		if got := pytext.Lower(in); got != want {
			t.Errorf("Lower(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"straße": "STRASSE", "ﬁ": "FI", "abc": "ABC"} {
		if got := pytext.Upper(in); got != want {
			t.Errorf("Upper(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFloat(t *testing.T) {
	for in, want := range map[string]float64{
		" 1.5\n": 1.5, "+3": 3, "1_000": 1000, "1_0.0_1": 10.01, "٣": 3, "１２": 12, ".5": .5, "5.": 5, "1e3": 1000,
		"-Infinity": math.Inf(-1), "INF": math.Inf(1), "1e999": math.Inf(1), "-0": 0,
	} {
		if got, ok := pytext.Float(in); !ok || got != want {
			t.Errorf("Float(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	if got, ok := pytext.Float("+NaN"); !ok || !math.IsNaN(got) {
		t.Errorf("Float(+NaN) = %v, %v", got, ok)
	}
	for _, in := range []string{"", "1,000", "0x10", "$5", "5%", "1__0", "_1", "1_", "1_.5", "--1", "1e", "1 2", ".", "infin"} {
		if got, ok := pytext.Float(in); ok {
			t.Errorf("Float(%q) = %v, want refusal", in, got)
		}
	}
}

func TestInt(t *testing.T) {
	for in, want := range map[string]string{" 14 ": "14", "-1_0": "-10", "007": "7", "٣": "3", "99999999999999999999": "99999999999999999999"} {
		if got, ok := pytext.Int(in); !ok || got.String() != want {
			t.Errorf("Int(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"14.0", "", "1e3", "0x1"} {
		if got, ok := pytext.Int(in); ok {
			t.Errorf("Int(%q) = %v, want refusal", in, got)
		}
	}
}

func TestFormatFloat(t *testing.T) {
	for want, in := range map[string]float64{
		"3.0": 3, "1e-05": 1e-5, "0.0001": 1e-4, "1e+16": 1e16, "9999999999999998.0": 9999999999999998, "0.1": .1,
		"1.5e-07": 1.5e-7, "nan": math.NaN(), "-inf": math.Inf(-1), "-0.0": math.Copysign(0, -1), "1e+100": 1e100,
	} {
		if got := pytext.FormatFloat(in); got != want {
			t.Errorf("FormatFloat(%v) = %q, want %q", in, got, want)
		}
	}
}

func TestRound(t *testing.T) {
	for _, tc := range []struct {
		x    float64
		n    int
		want float64
	}{{2.675, 2, 2.67}, {1.005, 2, 1}, {.5, 0, 0}, {1.5, 0, 2}, {2.5, 0, 2}, {-.125, 2, -.12}, {1234, -2, 1200}} {
		if got := pytext.Round(tc.x, tc.n); got != tc.want {
			t.Errorf("Round(%v, %d) = %v, want %v", tc.x, tc.n, got, tc.want)
		}
	}
}

func TestLines(t *testing.T) {
	for in, want := range map[string][]string{"a\r\nb\n": {"a", "b"}, "a\n\nb": {"a", "", "b"}, "": nil, "\n": {""}, "a\u2028b\x0bc": {"a", "b", "c"}} {
		if got := pytext.Lines(in); !reflect.DeepEqual(got, want) {
			t.Errorf("Lines(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for in, want := range map[string]string{
		`['a', "b"]`: `['a', 'b']`, ` [1, 2.50, -3, None, True]`: `[1, 2.5, -3, None, True]`, `('x',)`: `('x',)`, `(1)`: `1`,
		`[]`: `[]`, `()`: `()`, `1, 2`: `(1, 2)`, `'it\'s'`: `"it's"`, `"a\u00e9\x41\n"`: `'aéA\n'`, `{'k': [1]}`: `{'k': [1]}`,
		`'a' "b"`: `'ab'`, `["a",]`: `['a']`, `'\d'`: `'\\d'`, `'''x'y'''`: `"x'y"`, "'\\0'": `'\x00'`, `1_000`: `1000`, `- 1`: `-1`,
	} {
		got, err := pytext.Literal(in)
		if err != nil || pytext.Repr(got) != want {
			t.Errorf("Literal(%q) = %s, %v, want %s", in, pytext.Repr(got), err, want)
		}
	}
	for _, in := range []string{"", "[", "[1 2]", "[a]", "nan", "007", "1+1", "__import__('os')", "'a", "{1: }", "[1]]", "\"a\nb\""} {
		if got, err := pytext.Literal(in); err == nil {
			t.Errorf("Literal(%q) = %s, want an error", in, pytext.Repr(got))
		}
	}
}

func FuzzLiteral(f *testing.F) {
	f.Add(`['a', "b\n", 1.5, (2,), {'k': None}]`)
	f.Add(`[[[[`)
	f.Add(`[1E700]`)
	f.Fuzz(func(t *testing.T, in string) {
		v, err := pytext.Literal(in)
		if err != nil || overflows(v) { // Python writes infinity as inf, which it does not read back
			return
		}
		again, err := pytext.Literal(pytext.Repr(v))
		if err != nil || pytext.Repr(again) != pytext.Repr(v) {
			t.Fatalf("%q: %s does not read back: %v", in, pytext.Repr(v), err)
		}
	})
}

// overflows reports whether a number of a literal was too large.
func overflows(v any) bool {
	switch v := v.(type) {
	case float64:
		return math.IsInf(v, 0)
	case []any:
		return slices.ContainsFunc(v, overflows)
	case pytext.Tuple:
		return slices.ContainsFunc(v, overflows)
	case pytext.Dict:
		return slices.ContainsFunc(v, func(e struct{ Key, Value any }) bool { return overflows(e.Key) || overflows(e.Value) })
	}
	return false
}

func TestOverflow(t *testing.T) {
	for in, want := range map[string]string{"1E700": "inf", "-1E700": "-inf", "(1E700,)": "(inf,)", "{1: 1E700}": "{1: inf}"} {
		if v, err := pytext.Literal(in); err != nil || pytext.Repr(v) != want || !overflows(v) {
			t.Errorf("Literal(%q) = %s, %v, want %s", in, pytext.Repr(v), err, want)
		}
	}
}

func FuzzFloat(f *testing.F) {
	for _, s := range []string{"1_0", "٣.5", "+inf", "1e-400", "0x1p3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		x, ok := pytext.Float(in)
		if !ok {
			return
		}
		if y, ok := pytext.Float(pytext.FormatFloat(x)); !ok || y != x && !math.IsNaN(x) {
			t.Fatalf("%q: %v prints as %q", in, x, pytext.FormatFloat(x))
		}
	})
}
