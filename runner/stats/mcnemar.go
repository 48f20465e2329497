package stats

import "fmt"

// McNemarExact is the two-sided p-value that two systems differ, from b cases that only the first and c that only the
// second got right: min(1, 2·P(X ≤ min(b,c))) with X binomial over b+c at one half. Without such cases it is 1. It takes
// every case for independent; see [SignFlip] for cases that share images.
// Source: McNemar 1947; statsmodels mcnemar(exact=True).
func McNemarExact(b, c int) (float64, error) {
	if err := checkFlips(b, c); err != nil {
		return 0, err
	}
	exact, _ := mcnemar(b, c)
	return exact, nil
}

// McNemarMidP is as [McNemarExact], with half the weight of the outcome seen: 2·P(X < min) + P(X = min); 1 where b is c.
// Source: Fagerland, Lydersen, Laake 2013, BMC Med. Res. Methodol. 13:91.
func McNemarMidP(b, c int) (float64, error) {
	if err := checkFlips(b, c); err != nil {
		return 0, err
	}
	_, mid := mcnemar(b, c)
	return mid, nil
}

func mcnemar(b, c int) (exact, mid float64) {
	if b == c {
		return 1, 1
	}
	below, at := halfTail(min(b, c), b+c)
	return min(1, 2*(below+at)), min(1, 2*below+at)
}

func checkFlips(b, c int) error {
	if b < 0 || c < 0 {
		return fmt.Errorf("%d lost and %d gained cases", b, c)
	}
	return nil
}
