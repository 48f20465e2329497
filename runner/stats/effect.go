package stats

import (
	"fmt"
	"math"
)

// CohensH is the distance of two shares on the arcsine scale, 2·asin√p1 − 2·asin√p2, in [−π,π]: 0.2 is small, 0.5
// medium, 0.8 large. Source: Cohen 1988, ch. 6; statsmodels proportion_effectsize.
func CohensH(p1, p2 float64) (float64, error) {
	if err := checkShare("share", p1); err != nil {
		return 0, err
	}
	if err := checkShare("share", p2); err != nil {
		return 0, err
	}
	return 2*math.Asin(math.Sqrt(p1)) - 2*math.Asin(math.Sqrt(p2)), nil
}

// CohensG is the share of flips that are gains, less one half: c/(b+c) − ½, in [−½,½]. Without flips it is ErrUndefined.
// 0.05 is small, 0.15 medium, 0.25 large. Source: Cohen 1988, ch. 5.
func CohensG(b, c int) (float64, error) {
	if err := checkFlips(b, c); err != nil {
		return 0, err
	}
	if b+c == 0 {
		return 0, fmt.Errorf("no flips: %w", ErrUndefined)
	}
	return float64(c)/float64(b+c) - 0.5, nil
}
