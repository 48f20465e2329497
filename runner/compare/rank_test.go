package compare_test

import (
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/compare"
	"github.com/vlmspec/vlmspec/runner/result"
)

func entry(name, cases string) compare.Entry {
	return compare.Entry{Name: name, Run: run(cases, 1), Backend: "tiny"}
}

func TestRank(t *testing.T) {
	r, err := compare.Rank([]compare.Entry{
		entry("ckpt-100", times("p", 40)+times("f", 60)), entry("ckpt-200", times("p", 90)+times("f", 10)), entry("ckpt-300", times("p", 88)+times("f", 12)), entry("ckpt-400", times("p", 70)+times("f", 30)),
	}, compare.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range r.Ranked {
		got = append(got, e.Name+" "+string(rune('0'+e.Rank)))
	}
	if s := strings.Join(got, ", "); s != "ckpt-200 1, ckpt-300 1, ckpt-400 3, ckpt-100 4" {
		t.Error(s)
	}
	if s := r.Best(); s != "ckpt-200 passes most, and 1 of the others cannot be told apart from the best; the last one trained, ckpt-400, is worse" {
		t.Error(s)
	}
	if len(r.Pairs) != 6 || len(r.Curve) != 4 || r.Ranked[r.Curve[0]].Name != "ckpt-100" || r.Cases != 100 || r.Images != 100 {
		t.Errorf("%+v", r)
	}
	for _, p := range r.Pairs {
		if p.Adjusted < p.P || p.Diff < 0 {
			t.Errorf("%+v", p)
		}
	}
	if i := r.Ranked[0].Interval; i == nil || i.Low > 0.9 || i.High < 0.9 || i.High == i.Low {
		t.Errorf("%+v", i)
	}
}

// What nothing tells apart shares a rank, and a case that one has not is not ranked by.
func TestRankTies(t *testing.T) {
	short := entry("b", times("p", 20))
	short.Run.Cases = short.Run.Cases[:10]
	r, err := compare.Rank([]compare.Entry{entry("a", times("p", 20)), short, entry("c", times("p", 19)+"f")}, compare.Defaults())
	if err != nil || r.Cases != 10 || len(r.Left) != 1 || len(r.Left[0].Cases) != 10 || r.Curve != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, e := range r.Ranked {
		if e.Rank != 1 {
			t.Errorf("%s is %d", e.Name, e.Rank)
		}
	}
	if i := r.Ranked[0].Interval; i.Low > 0.8 || i.High != 1 {
		t.Errorf("ten images of one kind are sure of %+v", i)
	}
}

func TestRankRefused(t *testing.T) {
	other := entry("b", "pp")
	for i := range other.Run.Cases {
		other.Run.Cases[i].Digests = &result.Digests{Prompt: "other"}
	}
	for want, entries := range map[string][]compare.Entry{
		"it takes 2 to 200":               {entry("a", "pp")},
		"there is no case that all 2":     {entry("a", "pp"), other},
		`has no backend "none"; it has t`: {entry("a", "pp"), {Name: "b", Run: run("pp", 1), Backend: "none"}},
	} {
		if _, err := compare.Rank(entries, compare.Defaults()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
