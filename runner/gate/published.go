package gate

import (
	"fmt"
	"math"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// enoughItems is on how many cases a part of a benchmark says anything about a few points.
const enoughItems = 200

// publishedKeys are what stands beside the name of the benchmark.
type publishedKeys struct {
	Within float64 `yaml:"within" required:"true" above:"0" max:"100" doc:"points either way that the score may differ by"`
	Source string  `yaml:"source" required:"true" doc:"where it is published"`
	Of     int     `yaml:"of" min:"2" doc:"how many items it was measured on: a run over all of them has no error of sampling"`
	Metric string  `yaml:"metric" doc:"metric of the suite that it is about, accuracy by default"`
	By     string  `yaml:"by" doc:"kind of check whose verdicts are meant, such as anls; all of the case when not given"`
}

// CompilePublished makes a gate of an entry of `expect_metric`: a benchmark with its score in percent, within, and source.
func CompilePublished(n spec.Node, checks []string) (Gate, error) {
	g := Gate{Pos: n.Pos()}
	if n.Kind() != spec.Map {
		return g, n.Errorf("write {mmmu: 38.8, within: 2.0, source: ...}", "expected a published score")
	}
	var name spec.Entry
	rest := map[string]bool{"within": true, "source": true, "of": true, "metric": true, "by": true}
	for _, e := range n.Entries() {
		switch {
		case rest[e.Key]:
		case name.Key != "":
			return g, e.KeyNode.Errorf("write a list with an entry for each", "one entry has one benchmark, here are %q and %q", name.Key, e.Key)
		default:
			name = e
		}
	}
	if name.Key == "" {
		return g, n.Errorf("write {mmmu: 38.8, within: 2.0, source: ...}", "no benchmark is named")
	}
	var keys publishedKeys
	if err := n.Without(name.Key).Decode(&keys); err != nil {
		return g, err
	}
	var score float64
	if err := name.Value.Decode(&score); err != nil {
		return g, err
	}
	if score < 1 || score > 100 {
		return g, name.Value.Errorf("write 38.8 for 38.8 %", "a published score is in percent, from 1 to 100, not %v", score)
	}
	g.published = &result.Published{Benchmark: name.Key, Score: score, Within: keys.Within, Source: keys.Source, Items: keys.Of}
	return g, g.settle(n, keys, checks)
}

// settle finds the metric.
func (g *Gate) settle(n spec.Node, keys publishedKeys, checks []string) error {
	g.Name, g.args.Of = "accuracy", keys.By
	key := n
	if keys.Metric != "" {
		g.Name, key = keys.Metric, n.Get("metric")
	}
	var ok bool
	if g.kind, ok = kinds[g.Name]; !ok {
		return key.Errorf(spec.DidYouMean(g.Name, Names()), "unknown metric %q", g.Name)
	}
	if g.kind.against {
		return key.Errorf("", "%s is no score in percent", g.Name)
	}
	return g.check(key, n, checks)
}

// meet compares the metric, as an interval, with what was published: met where the two ranges meet. On a part of the items the
// interval is that of a sample of a finite population, which ends as a point on all of them; on fewer than 200 cases nothing is
// said to be met.
func (g Gate) meet(out *result.Gate, value float64, i stats.Interval, intervalErr error) {
	p, n := g.published, out.Cases
	narrow := 1.0
	switch {
	case p.Items > 0 && n > p.Items:
		out.Outcome, out.Reason = result.Error, fmt.Sprintf("the suite has %d cases, and %s was published on %d items", n, p.Benchmark, p.Items)
		return
	case p.Items > 0:
		narrow = math.Sqrt(float64(p.Items-n) / float64(p.Items-1))
	}
	whole := n == p.Items
	if intervalErr != nil && !whole {
		out.Outcome, out.Reason = result.Error, fmt.Sprintf("there is no interval: %v", intervalErr)
		return
	}
	low, high := value, value
	if !whole {
		low, high = value-(value-i.Low)*narrow, value+(i.High-value)*narrow
	}
	out.Low, out.High = &low, &high
	const slack = 1e-9
	own := fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*value, 100*low, 100*high)
	want := fmt.Sprintf("%s ± %s", number(p.Score), number(p.Within))
	switch {
	case 100*low > p.Score+p.Within+slack || 100*high < p.Score-p.Within-slack:
		out.Outcome, out.Reason = result.Failed, fmt.Sprintf("%s does not meet the published %s", own, want)
	case n < enoughItems && !whole:
		out.Outcome, out.Reason = result.Inconclusive, fmt.Sprintf("%s on %d cases meets the published %s, and fewer than %d cannot tell it apart", own, n, want, enoughItems)
	default:
		out.Outcome = result.Passed
	}
}
