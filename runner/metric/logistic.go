package metric

import (
	"errors"
	"fmt"
	"math"
)

var errNoFit = errors.New("logistic fit did not converge")

// Logistic4 is the four-parameter logistic that image-quality studies map scores to opinions with:
//
//	y = (b0−b1) / (1 + exp(−(x−b2)/b3)) + b1
type Logistic4 [4]float64

// At is the curve's value.
func (b Logistic4) At(x float64) float64 { return (b[0]-b[1])*b.rise(x) + b[1] }

func (b Logistic4) rise(x float64) float64 { return 1 / (1 + math.Exp(-(x-b[2])/b[3])) }

// gradient is the derivative of At by the parameters.
func (b Logistic4) gradient(x float64) [4]float64 {
	s := b.rise(x)
	slope := (b[0] - b[1]) * s * (1 - s)
	return [4]float64{s, 1 - s, -slope / b[3], -slope * (x - b[2]) / (b[3] * b[3])}
}

func (b Logistic4) cost(x, y []float64) float64 {
	c := 0.0
	for i := range x {
		r := y[i] - b.At(x[i])
		c += r * r
	}
	return c
}

const (
	fitSteps     = 10_000
	fitTolerance = 1.5e-8 // relative fall of the cost that counts as slow; scipy stops at this one
	fitSlow      = 3      // slow steps in a row that end the fit
)

// FitLogistic4 fits the curve by least squares (Levenberg and Marquardt) from the start that DepictQA takes: largest y,
// smallest y, mean x, a quarter of the population standard deviation of x. It needs at least four points and an x that
// varies. Source: XPixelGroup/DepictQA, src/eval/cal_srcc_plcc_voting.py (which calls scipy's curve_fit).
func FitLogistic4(x, y []float64) (Logistic4, error) {
	if err := finitePairs(x, y); err != nil {
		return Logistic4{}, fmt.Errorf("logistic fit: %w", err)
	}
	if len(x) < 4 {
		return Logistic4{}, fmt.Errorf("logistic fit of %d points, needs 4: %w", len(x), ErrUndefined)
	}
	b := fitStart(x, y)
	if b[3] == 0 {
		return Logistic4{}, fmt.Errorf("logistic fit to a constant: %w", ErrUndefined)
	}
	cost, damping, slow := b.cost(x, y), 1e-3, 0
	for range fitSteps {
		next, ok := b.step(x, y, damping)
		nextCost := next.cost(x, y)
		if !ok || !(nextCost < cost) {
			if damping *= 4; damping > 1e12 {
				return b, nil // no step in any direction lowers the cost
			}
			continue
		}
		b, damping = next, max(damping/8, 1e-15)
		if cost-nextCost > fitTolerance*cost {
			slow = 0
		} else if slow++; slow == fitSlow {
			return b, nil
		}
		cost = nextCost
	}
	return b, errNoFit
}

func fitStart(x, y []float64) Logistic4 {
	high, low := y[0], y[0]
	for _, v := range y {
		high, low = max(high, v), min(low, v)
	}
	m := sum(x) / float64(len(x))
	variance := 0.0
	for _, v := range x {
		variance += (v - m) * (v - m)
	}
	return Logistic4{high, low, m, math.Sqrt(variance/float64(len(x))) / 4}
}

// step solves (JᵀJ + damping·diag(JᵀJ))·δ = Jᵀr and returns b+δ; ok is false if that cannot be solved.
func (b Logistic4) step(x, y []float64, damping float64) (next Logistic4, ok bool) {
	var a [4][5]float64
	for i := range x {
		g, r := b.gradient(x[i]), y[i]-b.At(x[i])
		for p := range 4 {
			for q := range 4 {
				a[p][q] += g[p] * g[q]
			}
			a[p][4] += g[p] * r
		}
	}
	largest := max(a[0][0], a[1][1], a[2][2], a[3][3])
	for p := range 4 { // the floor keeps a parameter without influence from making the system singular
		a[p][p] += damping * max(a[p][p], 1e-12*largest)
	}
	d, ok := solve4(a)
	for p := range 4 {
		next[p] = b[p] + d[p]
		ok = ok && !math.IsNaN(next[p]) && !math.IsInf(next[p], 0)
	}
	return next, ok && next[3] != 0
}

// solve4 is Gaussian elimination with row exchange on an augmented 4x4 system.
func solve4(a [4][5]float64) (x [4]float64, ok bool) {
	for c := range 4 {
		p := c
		for r := c + 1; r < 4; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		if a[p][c] == 0 || math.IsNaN(a[p][c]) {
			return x, false
		}
		a[c], a[p] = a[p], a[c]
		for r := c + 1; r < 4; r++ {
			f := a[r][c] / a[c][c]
			for k := c; k < 5; k++ {
				a[r][k] -= f * a[c][k]
			}
		}
	}
	for c := 3; c >= 0; c-- {
		x[c] = a[c][4]
		for k := c + 1; k < 4; k++ {
			x[c] -= a[c][k] * x[k]
		}
		x[c] /= a[c][c]
	}
	return x, true
}
