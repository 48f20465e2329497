package spec

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

var (
	fraction = regexp.MustCompile(`^(\d{1,6})\s*/\s*(\d{1,6})$`)
	percent  = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,6})?)\s*%$`)
)

// ParseRequire reads "all", "any", "4/5" (that share of the samples, however
// many there are) or "80%". Shares round up.
func ParseRequire(s string) (Require, error) {
	share := 0.0
	switch {
	case s == "all":
		share = 1
	case s == "any":
		return Require{Text: s, Passes: func(int) int { return 1 }}, nil
	case fraction.MatchString(s):
		m := fraction.FindStringSubmatch(s)
		k, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		share = float64(k) / float64(n)
	case percent.MatchString(s):
		p, _ := strconv.ParseFloat(percent.FindStringSubmatch(s)[1], 64)
		share = p / 100
	}
	if !(share > 0 && share <= 1) {
		return Require{}, fmt.Errorf("expected all, any, a fraction such as 4/5 or a share such as 80%%, got %q", s)
	}
	return Require{Text: s, Share: share, Passes: func(n int) int {
		const rounding = 1e-9 // 80 % of 5 is 4, not 4.000000000000001
		return max(1, int(math.Ceil(float64(n)*share-rounding)))
	}}, nil
}

// DecodeNode reads a `require` value.
func (r *Require) DecodeNode(n Node) error {
	var s string
	if err := n.Decode(&s); err != nil {
		return err
	}
	parsed, err := ParseRequire(s)
	if err != nil {
		return n.Errorf("", "%s", err)
	}
	*r = parsed
	return nil
}

// JSONSchema describes a `require` value.
func (*Require) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^(all|any|\d+\s*/\s*\d+|\d+(\.\d+)?\s*%)$|\$\{`}
}
