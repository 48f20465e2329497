package check

import (
	"math"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/result"
)

// matching pairs what an answer points at with targets, one to one.
type matching struct {
	targetOf []int // by what was found; -1 for none
	foundOf  []int // by target; -1 for none
	hits     int
}

// Bounds of a matching, so that none takes more than about a second: of pairs
// that are looked at, and of steps of the assignment.
const (
	maxPairs = 20_000_000
	maxSteps = 300_000_000
)

// pair makes as many pairs as cost allows, which is +Inf for those that it does
// not, and among those matchings the cheapest. ok is false where there is too
// much to match.
func pair(found, targets int, cost func(found, target int) float64) (m matching, ok bool) {
	if found*targets > maxPairs {
		return m, false
	}
	m = matching{targetOf: none(found), foundOf: none(targets)}
	var rows []int // those that some target allows
	var costs [][]float64
	for i := range found {
		row, allowed := make([]float64, targets), false
		for j := range row {
			row[j] = cost(i, j)
			allowed = allowed || !math.IsInf(row[j], 1)
		}
		if allowed {
			rows, costs = append(rows, i), append(costs, row)
		}
	}
	if lower := min(len(rows), targets); float64(lower)*float64(lower)*float64(max(len(rows), targets)) > maxSteps {
		return m, false
	}
	for k, j := range metric.Assign(costs) {
		if j >= 0 {
			m.targetOf[rows[k]], m.foundOf[j] = j, rows[k]
			m.hits++
		}
	}
	return m, true
}

func none(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = -1
	}
	return all
}

// measures are those of each target: the value of what it was matched with, else
// of what came nearest to it, which is NaN for nothing.
func (m matching) measures(what string, value func(target int) float64, lower, upper *float64) []result.Measure {
	var all []result.Measure
	for j, i := range m.foundOf {
		v := value(j)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		measure := result.Measure{What: what, Target: &j, Value: v, Min: lower, Max: upper}
		if i >= 0 {
			measure.Found = &i
		}
		all = append(all, measure)
	}
	return all
}

// repeats says of each thing whether it stands before in the answer.
func repeats[T comparable](all []T) []bool {
	seen, again := make(map[T]bool, len(all)), make([]bool, len(all))
	for i, one := range all {
		again[i], seen[one] = seen[one], true
	}
	return again
}

// shareOf is the share of targets that were hit; what there is too much of, seen
// things and those outside the image alike, counts against it unless extra.
func shareOf(hits, targets, seen, outside int, extra bool) (share float64, over int) {
	over = max(seen+outside-targets, 0)
	if extra {
		return float64(hits) / float64(targets), over
	}
	return float64(hits) / float64(targets+over), over
}
