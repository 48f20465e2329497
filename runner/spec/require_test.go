package spec

import "testing"

// Shares round up, but not for what binary fractions cannot hold: 7 % of 100 is
// 7.000000000000001 there, and 29 % of 100 a little less than 29.
func TestRequire(t *testing.T) {
	for text, want := range map[string]map[int]int{
		"all":   {1: 1, 5: 5},
		"any":   {1: 1, 5: 1},
		"4/5":   {1: 1, 4: 4, 5: 4, 6: 5, 10: 8},
		"1 / 3": {1: 1, 3: 1, 4: 2, 6: 2},
		"80%":   {5: 4, 6: 5},
		"7%":    {100: 7, 101: 8, 1: 1},
		"29 %":  {100: 29},
		"55%":   {20: 11},
		"0.1%":  {5: 1, 1000: 1, 1001: 2},
		"50%":   {3: 2},
		"100%":  {3: 3},
	} {
		r, err := ParseRequire(text)
		if err != nil {
			t.Error(err)
			continue
		}
		for n, passes := range want {
			if got := r.Passes(n); got != passes {
				t.Errorf("%s of %d: %d, want %d", text, n, got, passes)
			}
		}
	}
	for _, bad := range []string{"", "0/5", "6/5", "5/0", "0%", "101%", "most", "-1/2", "1e0%"} {
		if _, err := ParseRequire(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
