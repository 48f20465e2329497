package stats

import "fmt"

// Paired are the differences of two runs over the same cases, added up by cluster: what [SignFlip], [PairedClustered] and
// [BonettPrice] over images start from, made once.
type Paired struct {
	diffs  []float64
	groups []group
	flips  Flips
}

// Pair makes the differences of two runs: candidate − base, case by case. No case is ErrUndefined.
func Pair(base, candidate []float64, clusters []string) (*Paired, error) {
	diffs, err := differences(base, candidate, clusters)
	if err != nil {
		return nil, err
	}
	if len(diffs) == 0 {
		return nil, fmt.Errorf("difference over no case: %w", ErrUndefined)
	}
	p := &Paired{diffs: diffs, groups: groupScores(diffs, clusters)}
	p.flips = signFlip(sum(diffs)/float64(len(diffs)), p.groups)
	return p, nil
}

// SignFlip is the test that decides.
func (p *Paired) SignFlip() Flips { return p.flips }

// Clusters is the number of clusters, those that do not differ too.
func (p *Paired) Clusters() int { return len(p.groups) }

// Clustered is [PairedClustered] of them.
func (p *Paired) Clustered(level float64) (Clustered, error) {
	if err := checkLevel(level); err != nil {
		return Clustered{}, err
	}
	return pairedClustered(p.diffs, p.groups, level)
}

// Method is how an interval was made.
type Method string

// The methods.
const (
	Student Method = "student"      // t over clusters
	Bonett  Method = "bonett-price" // over clusters that have lost and gained
)

// enoughClusters is from how many clusters that differ on Student's interval is wide enough: with fewer it has no width
// where nothing flips, and so passes wrongly.
const enoughClusters = 10

// Interval is the interval of the difference that goes with [Paired.SignFlip]: Student's over clusters where 10 or more of
// them differ, else [BonettPrice] with clusters for cases. Differences that are all alike have no spread: ErrUndefined.
func (p *Paired) Interval(level float64) (Interval, Method, error) {
	if p.flips.Clusters < enoughClusters {
		lost, gained := p.flips.Lost, p.flips.Gained
		i, err := BonettPrice(Table{B: lost, C: gained, Neither: len(p.groups) - lost - gained}, level)
		return i, Bonett, err
	}
	c, err := p.Clustered(level)
	if err == nil && !c.Spread {
		err = fmt.Errorf("every image differs by as much: %w", ErrUndefined)
	}
	return c.Interval, Student, err
}

// DesignEffect is how many times as many cases it takes because cases share clusters: the variance over clusters by that
// of as many independent cases, at least 1 case's worth. 1 where nothing varies.
func (p *Paired) DesignEffect() float64 {
	_, variance := moments(p.diffs)
	c, err := p.Clustered(0.95)
	if err != nil || variance == 0 || c.StdErr == 0 {
		return 1
	}
	return max(1, c.StdErr*c.StdErr*float64(len(p.diffs))/variance)
}
