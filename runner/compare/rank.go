package compare

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/stats"
)

// Entry is a backend of a run, to be ranked.
type Entry struct {
	Name    string // for people: "ckpt-1200"
	Run     *result.Run
	Backend string
}

// Entries are the backends of a run, or the one that is named.
func Entries(run *result.Run, backend string) []Entry {
	var all []Entry
	for i := range run.Cases {
		b := run.Cases[i].Backend
		if (backend == "" || b == backend) && !slices.ContainsFunc(all, func(e Entry) bool { return e.Backend == b }) {
			all = append(all, Entry{b, run, b})
		}
	}
	return all
}

// Ranking is several checkpoints over the cases that all of them have.
type Ranking struct {
	Schema int      `json:"schema"`
	Alpha  float64  `json:"alpha"`
	Cases  int      `json:"cases"`
	Images int      `json:"images"`
	Ranked []Ranked `json:"ranked"` // the best first
	Pairs  []Pair   `json:"pairs"`  // all, by their places in Ranked
	Left   []Left   `json:"left,omitempty"`
	// Curve are places in Ranked by step, where names carry numbers; else none.
	Curve []int `json:"curve,omitempty"`
}

// Ranked is a checkpoint.
type Ranked struct {
	Name    string `json:"name"`
	Run     string `json:"run"`
	Backend string `json:"backend"`
	Model   string `json:"model,omitempty"`
	Digest  string `json:"model_digest,omitempty"`
	Step    *int   `json:"step,omitempty"`
	// Rank is 1 and as many as are better beyond chance; whoever shares it is not to be told apart.
	Rank     int       `json:"rank"`
	Passed   int       `json:"passed"`
	Share    float64   `json:"share"`
	Interval *Interval `json:"interval"`
	Errors   int       `json:"errors,omitempty"`
}

// Pair is two checkpoints, compared.
type Pair struct {
	A        int     `json:"a"` // the better one
	B        int     `json:"b"`
	Diff     float64 `json:"diff"`
	P        float64 `json:"p"`
	Adjusted float64 `json:"adjusted_p"` // by Shaffer, over all pairs
}

// Rank compares checkpoints two by two, over the cases that all of them have a result of, by sign flips of images and
// Shaffer's correction for all pairs.
func Rank(entries []Entry, o Options) (*Ranking, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	const most = 200
	if n := len(entries); n < 2 || n > most {
		return nil, fmt.Errorf("there are %d checkpoints to rank; it takes 2 to %d", n, most)
	}
	field, left, err := common(entries, o)
	if err != nil {
		return nil, err
	}
	if len(field[0]) == 0 {
		return nil, fmt.Errorf("there is no case that all %d checkpoints have and that was asked alike: %s", len(entries), (&Suite{Left: left}).leftOver())
	}
	images := clusters(field.pairs())
	r := &Ranking{Schema: schema, Alpha: o.Alpha, Cases: len(field[0]), Left: left}
	scores := make([][]float64, len(entries))
	for i, cases := range field {
		entry, score := ranked(&entries[i], cases, images, o)
		r.Ranked, scores[i] = append(r.Ranked, entry), score
	}
	r.sort(scores)
	if err := r.pair(scores, images); err != nil {
		return nil, err
	}
	r.curve()
	return r, nil
}

// field are the cases that all entries have, by entry, in one order.
type field [][]*result.Case

func (f field) pairs() []pair {
	all := make([]pair, len(f[0]))
	for i := range all {
		all[i] = pair{f[0][i], f[1][i]}
	}
	return all
}

// common finds the cases that all entries have.
func common(entries []Entry, o Options) (field, []Left, error) {
	byKey := make([]map[string]*result.Case, len(entries))
	var order []string
	seen := map[string]bool{}
	for i, e := range entries {
		suites, err := halves(e.Run, e.Backend)
		if err != nil {
			return nil, nil, err
		}
		byKey[i] = map[string]*result.Case{}
		for _, backends := range suites {
			h := backends[e.Backend]
			for _, k := range h.order {
				byKey[i][k] = h.cases[k]
			}
		}
		for j := range e.Run.Cases {
			if c := &e.Run.Cases[j]; c.Backend == e.Backend && !seen[key(c)] {
				seen[key(c)] = true
				order = append(order, key(c))
			}
		}
	}
	all := make(field, len(entries))
	var left sorted
	for _, k := range order {
		if why := apart(k, byKey, o); why != "" {
			left.leave(why, k)
			continue
		}
		for i := range all {
			all[i] = append(all[i], byKey[i][k])
		}
	}
	slices.SortStableFunc(left.left, func(a, b Left) int { return -cmp.Compare(len(a.Cases), len(b.Cases)) })
	return all, left.left, nil
}

// apart is why a case is not ranked by.
func apart(k string, byKey []map[string]*result.Case, o Options) string {
	first := byKey[0][k]
	for _, m := range byKey {
		c := m[k]
		switch {
		case c == nil || first == nil:
			return "without a result of every checkpoint"
		case c.Outcome == result.Skipped:
			return "skipped"
		case c.Outcome == result.Unchecked:
			return "judged by no check"
		}
		changed := changes(first, c)
		if verdictOf(first) == result.Error { // its images may be what could not be read
			changed = slices.DeleteFunc(changed, func(what string) bool { return what == Images })
		}
		if changed = slices.DeleteFunc(changed, func(what string) bool { return slices.Contains(o.Across, what) }); len(changed) > 0 {
			return "changed: " + changed[0]
		}
	}
	return ""
}

func ranked(e *Entry, cases []*result.Case, images []string, o Options) (Ranked, []float64) {
	backend := e.Run.Manifest.Backends[e.Backend]
	r := Ranked{Name: e.Name, Run: e.Run.Manifest.ID, Backend: e.Backend, Model: backend.Model, Digest: backend.ModelDigest, Step: stepOf(e.Name, backend.Model)}
	scores := make([]float64, len(cases))
	for i, c := range cases {
		if passed(c) {
			scores[i] = 1
			r.Passed++
		}
		if verdictOf(c) == result.Error {
			r.Errors++
		}
	}
	r.Share = float64(r.Passed) / float64(len(cases))
	if i, err := stats.ShareOverClusters(scores, images, 1-o.Alpha); err == nil {
		r.Interval = &Interval{i.Low, i.High}
	}
	return r, scores
}

// steps are how checkpoints are numbered: "ckpt-1200", "step_300", "checkpoint-20".
var steps = regexp.MustCompile(`(?i)(?:step|ckpt|checkpoint|iter|iteration|epoch)s?[^0-9a-z]*([0-9]{1,9})`)

// stepOf is the step in the name of a checkpoint, else of its model.
func stepOf(names ...string) *int {
	for _, name := range names {
		if m := steps.FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1]) // of nine digits at most
			return &n
		}
	}
	return nil
}

// sort puts the best first, and their scores with them.
func (r *Ranking) sort(scores [][]float64) {
	order := make([]int, len(r.Ranked))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.Ranked[b].Passed, r.Ranked[a].Passed) })
	was, wasScores := slices.Clone(r.Ranked), slices.Clone(scores)
	for to, from := range order {
		r.Ranked[to], scores[to] = was[from], wasScores[from]
	}
}

// pair compares all with all, and ranks by what is beyond chance.
func (r *Ranking) pair(scores [][]float64, images []string) error {
	var p []float64
	for a := range scores {
		for b := a + 1; b < len(scores); b++ {
			f, err := stats.SignFlip(scores[b], scores[a], images)
			if err != nil {
				return err
			}
			r.Pairs, p = append(r.Pairs, Pair{A: a, B: b, Diff: f.Diff, P: f.P}), append(p, f.P)
		}
	}
	adjusted, err := stats.Shaffer(p, len(scores))
	if err != nil {
		return err
	}
	for i := range r.Ranked {
		r.Ranked[i].Rank = 1
	}
	for i := range r.Pairs {
		pair := &r.Pairs[i]
		if pair.Adjusted = adjusted[i]; pair.Adjusted <= r.Alpha && pair.Diff > 0 {
			r.Ranked[pair.B].Rank++
		}
	}
	r.Images = len(unique(images))
	return nil
}

func unique(names []string) map[string]bool {
	all := map[string]bool{}
	for _, n := range names {
		all[n] = true
	}
	return all
}

// curve orders the checkpoints by step, where all have one of their own.
func (r *Ranking) curve() {
	seen := map[int]bool{}
	for i := range r.Ranked {
		step := r.Ranked[i].Step
		if step == nil || seen[*step] {
			return
		}
		seen[*step] = true
	}
	for i := range r.Ranked {
		r.Curve = append(r.Curve, i)
	}
	slices.SortFunc(r.Curve, func(a, b int) int { return cmp.Compare(*r.Ranked[a].Step, *r.Ranked[b].Step) })
}

// Best says in a sentence what the ranking came to.
func (r *Ranking) Best() string {
	first := 0
	for i := range r.Ranked {
		if r.Ranked[i].Rank == 1 {
			first++
		}
	}
	said := fmt.Sprintf("%s is best", r.Ranked[0].Name)
	if first > 1 {
		said = fmt.Sprintf("%s passes most, and %d of the others cannot be told apart from the best", r.Ranked[0].Name, first-1)
	}
	if n := len(r.Curve); n > 0 {
		last := r.Curve[n-1]
		switch {
		case last == 0:
			said += "; it is the last one trained"
		case r.Ranked[last].Rank > 1:
			said += fmt.Sprintf("; the last one trained, %s, is worse", r.Ranked[last].Name)
		default:
			said += fmt.Sprintf("; the last one trained, %s, is not shown to be worse", r.Ranked[last].Name)
		}
	}
	return said
}
