package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// mostCurrency is how much of the name of a currency is shown, in columns.
const mostCurrency = 12

// cost says what the answers of a run cost, "" where no backend has a price.
func (t *tally) cost() string {
	var all []string
	for _, currency := range slices.Sorted(maps.Keys(t.costs.Sums)) {
		all = append(all, amount(t.costs.Sums[currency])+" "+oneLine(currency, mostCurrency))
	}
	said := strings.Join(all, " and ")
	if n := t.costs.Unknown; n > 0 {
		what := fmt.Sprintf("that of %d answers is not known: their backend counts no tokens", n)
		if n == 1 {
			what = "that of 1 answer is not known: its backend counts no tokens"
		}
		if said != "" {
			return said + ", and " + what
		}
		return what
	}
	return said
}

// amount shows money with at least three digits that say something.
func amount(x float64) string {
	switch {
	case x == 0:
		return "0"
	case x >= 1:
		return fmt.Sprintf("%.2f", x)
	case x >= 0.01:
		return fmt.Sprintf("%.4f", x)
	}
	return fmt.Sprintf("%.6f", x)
}
