package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// binomialPMF is P(X = k) of n trials at p, with full relative precision for large n too.
// Source: Loader 2000, "Fast and accurate computation of binomial probabilities".
func binomialPMF(k, n int, p float64) float64 {
	q := 1 - p
	switch {
	case k < 0 || k > n:
		return 0
	case p == 0 || p == 1:
		if (p == 0) == (k == 0) && (p == 1) == (k == n) {
			return 1
		}
		return 0
	case k == 0:
		return math.Exp(float64(n) * math.Log1p(-p))
	case k == n:
		return math.Exp(float64(n) * math.Log(p))
	}
	x, m := float64(k), float64(n)
	lc := stirlingError(m) - stirlingError(x) - stirlingError(m-x) - deviance(x, m*p) - deviance(m-x, m*q)
	return math.Exp(lc) * math.Sqrt(m/(2*math.Pi*x*(m-x)))
}

// stirlingError is ln n! less Stirling's formula.
func stirlingError(n float64) float64 {
	if n <= 15 {
		lg, _ := math.Lgamma(n + 1)
		return lg - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	nn := n * n
	return (1./12 - (1./360-(1./1260-(1./1680-1./1188/nn)/nn)/nn)/nn) / n
}

// deviance is x·ln(x/m) + m − x, without cancellation where x is near m.
func deviance(x, m float64) float64 {
	if math.Abs(x-m) >= 0.1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := (x - m) / (x + m)
	s := (x - m) * v
	term := 2 * x * v
	for j := 1; j < 1000; j++ {
		term *= v * v
		next := s + term/float64(2*j+1)
		if next == s {
			break
		}
		s = next
	}
	return s
}

// binomialCDF is P(X ≤ k) of n trials at p.
func binomialCDF(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n || p <= 0:
		return 1
	case p >= 1:
		return 0
	}
	return mathext.RegIncBeta(float64(n-k), float64(k+1), 1-p)
}

// binomialQuantile is the least k with P(X ≤ k) ≥ share.
func binomialQuantile(share float64, n int, p float64) int {
	const slack = 1e-13 // of rounding in the distribution
	low, high := 0, n
	for low < high {
		if mid := (low + high) / 2; binomialCDF(mid, n, p) >= share-slack {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// halfTail is P(X < k) and P(X = k) of n fair coins, for k ≤ n/2.
func halfTail(k, n int) (below, at float64) {
	at = binomialPMF(k, n, 0.5)
	term := at
	for i := k; i > 0; i-- {
		term *= float64(i) / float64(n-i+1)
		if below+term == below {
			break
		}
		below += term
	}
	return below, at
}
