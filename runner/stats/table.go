package stats

import (
	"fmt"
	"math"
)

// Table counts cases by which of two runs got them right.
type Table struct {
	Both, B, C, Neither int // B only the base, C only the candidate
}

// N is the number of cases.
func (t Table) N() int { return t.Both + t.B + t.C + t.Neither }

// Diff is the difference of the shares, (C−B)/N.
func (t Table) Diff() float64 { return float64(t.C-t.B) / float64(t.N()) }

func (t Table) check(level float64) error {
	if t.Both < 0 || t.B < 0 || t.C < 0 || t.Neither < 0 {
		return fmt.Errorf("a count of %+v is below 0", t)
	}
	if err := checkLevel(level); err != nil {
		return err
	}
	if t.N() == 0 {
		return fmt.Errorf("difference over no case: %w", ErrUndefined)
	}
	return nil
}

// Newcombe is the interval of the difference of two paired shares, from Wilson's intervals of both. It takes every case
// for independent. Source: Newcombe 1998, Stat. Med. 17:2635, method 10.
func Newcombe(t Table, level float64) (Interval, error) {
	if err := t.check(level); err != nil {
		return Interval{}, err
	}
	n := t.N()
	z := normal((1 - level) / 2)
	base, candidate := t.Both+t.B, t.Both+t.C
	wb, wc := wilson(base, n, z), wilson(candidate, n, z)
	pb, pc := float64(base)/float64(n), float64(candidate)/float64(n)
	phi := t.correlation()
	half := func(x, y float64) float64 { return math.Sqrt(max(0, x*x+y*y-2*phi*x*y)) }
	return Interval{
		Low:  max(-1, t.Diff()-half(pc-wc.Low, wb.High-pb)),
		High: min(1, t.Diff()+half(wc.High-pc, pb-wb.Low)),
	}, nil
}

// correlation is φ of the table, with a continuity correction where it is positive; 0 with an empty margin.
func (t Table) correlation() float64 {
	margins := float64(t.Both+t.B) * float64(t.C+t.Neither) * float64(t.Both+t.C) * float64(t.B+t.Neither)
	if margins == 0 {
		return 0
	}
	a := float64(t.Both)*float64(t.Neither) - float64(t.B)*float64(t.C)
	if a > 0 {
		a = max(0, a-float64(t.N())/2)
	}
	return a / math.Sqrt(margins)
}

// BonettPrice is the interval of the difference of two paired shares, with one flip added each way, so that it has width
// without flips too; within [−1,1]. Source: Bonett and Price 2012, J. Educ. Behav. Stat. 37:479.
func BonettPrice(t Table, level float64) (Interval, error) {
	if err := t.check(level); err != nil {
		return Interval{}, err
	}
	n := float64(t.N() + 2)
	gained, lost := float64(t.C+1)/n, float64(t.B+1)/n
	diff := gained - lost
	half := normal((1-level)/2) * math.Sqrt((gained+lost-diff*diff)/n)
	return Interval{max(-1, diff-half), min(1, diff+half)}, nil
}
