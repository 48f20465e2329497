package stats

import (
	"errors"
	"fmt"
	"math"
)

// Design is what a comparison of paired shares is planned for.
type Design struct {
	Discordance float64 // share of cases that flip, either way
	Alpha       float64 // two-sided
	Power       float64
}

func (d Design) check() error {
	if err := checkShare("discordance", d.Discordance); err != nil {
		return err
	}
	if err := checkOpen("alpha", d.Alpha); err != nil {
		return err
	}
	return checkOpen("power", d.Power)
}

func (d Design) quantiles() (alpha, beta float64) { return normal(d.Alpha / 2), normal(1 - d.Power) }

// Detectable is the least difference of shares that n cases find with the power of the design, as a share: one unit with
// the drop that a policy allows. ErrUndefined where that is more than all that flips.
// Source: Connor 1987, Biometrics 43:207, solved for the difference.
func (d Design) Detectable(n int) (float64, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	if n < 0 {
		return 0, fmt.Errorf("%d cases", n)
	}
	za, zb := d.quantiles()
	m, psi := float64(n), d.Discordance
	under := psi * zb * zb * (m - za*za + zb*zb)
	if n == 0 || psi == 0 || under < 0 {
		return 0, fmt.Errorf("nothing can be found with %d cases: %w", n, ErrUndefined)
	}
	found := (za*math.Sqrt(m*psi) + math.Copysign(math.Sqrt(under), zb)) / (m + zb*zb)
	if wrongBranch := (found*math.Sqrt(m) - za*math.Sqrt(psi)) * zb; found > psi || wrongBranch < -1e-9 { // squaring has added a root
		return 0, fmt.Errorf("%d cases find no difference that so few flips could make: %w", n, ErrUndefined)
	}
	return found, nil
}

// Cases is how many cases find a difference of shares with the power of the design, rounded up. A difference of 0, or of
// more than all that flips, is an error. Source: Connor 1987, Biometrics 43:207.
func (d Design) Cases(delta float64) (int, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	if !(delta > 0) || delta > d.Discordance {
		return 0, fmt.Errorf("a difference of %v is not above 0 and at most the discordance of %v", delta, d.Discordance)
	}
	za, zb := d.quantiles()
	root := za*math.Sqrt(d.Discordance) + zb*math.Sqrt(max(0, d.Discordance-delta*delta))
	n := math.Ceil(root * root / (delta * delta))
	if n > math.MaxInt32 {
		return 0, fmt.Errorf("a difference of %v needs more cases than can be counted", delta)
	}
	return int(n), nil
}

// PowerPaired is the exact chance that McNemar's test, mid-p or not, finds a difference delta of paired shares over n
// cases of which a share flips. Alpha is two-sided. O(n·√n) time.
func PowerPaired(n int, delta, discordance, alpha float64, mid bool) (float64, error) {
	if err := checkShare("discordance", discordance); err != nil {
		return 0, err
	}
	if err := checkOpen("alpha", alpha); err != nil {
		return 0, err
	}
	if !(math.Abs(delta) <= discordance) {
		return 0, fmt.Errorf("a difference of %v is more than the discordance of %v", delta, discordance)
	}
	const most = 10_000_000
	if n < 0 || n > most {
		return 0, fmt.Errorf("%d cases: want 0 to %d", n, most)
	}
	if discordance == 0 {
		return 0, nil
	}
	share := (discordance + delta) / (2 * discordance)
	power, critical := 0.0, -1
	for m := 1; m <= n; m++ {
		for 2*(critical+1) < m && significant(critical+1, m-critical-1, alpha, mid) {
			critical++
		}
		if weight := binomialPMF(m, n, discordance); critical >= 0 && weight > 1e-18 {
			power += weight * (binomialCDF(critical, m, share) + binomialCDF(critical, m, 1-share))
		}
	}
	return min(1, power), nil
}

func significant(b, c int, alpha float64, mid bool) bool {
	exact, midp := mcnemar(b, c)
	if mid {
		exact = midp
	}
	return exact <= alpha*(1+1e-12) // p that is alpha but for rounding
}

// TestName reads "exact" or "midp".
func TestName(name string) (mid bool, err error) {
	if name != "exact" && name != "midp" {
		return false, errors.New(`the test is "exact" or "midp"`)
	}
	return name == "midp", nil
}
