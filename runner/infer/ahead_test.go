package infer

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// manyTasks are more than may be answered ahead, the first half of one backend and
// the rest of another.
func manyTasks() []Task {
	all := make([]Task, 2*maxAhead+2)
	for i := range all {
		all[i].Case = one(fmt.Sprint(i))
		if i >= len(all)/2 {
			all[i].Case.Backend = "c"
		}
	}
	return all
}

// Answers that nobody takes do not pile up, and whoever waits gets theirs: in any
// order, and whichever backend it takes.
func TestAnswersAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := manyTasks()
		bounds := Bounds{Count: 1}
		f := &fake{}
		p := Start(t.Context(), all, Options{Bounds: bounds, Open: func(context.Context, string) (sdk.Backend, error) { return f, nil }})
		defer p.Close()
		made := func() (n int) {
			synctest.Wait()
			for i := range p.futures {
				f := &p.futures[i]
				f.mu.Lock()
				if f.over {
					n++
				}
				f.mu.Unlock()
			}
			return n
		}
		if n := made(); n > maxAhead || n < maxAhead/2 {
			t.Errorf("%d answers are there before anybody asks", n)
		}
		if a := wait(t, p, len(all)-1); a.Turns[0].Answer != "ok" {
			t.Errorf("the last: %+v", a)
		}
		if r, _, err := p.Ask(t.Context(), Request{Backend: "judge"}); err != nil || r.Text != "ok" {
			t.Errorf("a judge whose backend takes the room of another: %v", err)
		}
		for i := range len(all) - 1 {
			wait(t, p, i)
		}
		if n := made(); n != len(all) || p.ahead.untaken > 2 {
			t.Errorf("%d answers were made, %d are not taken", n, p.ahead.untaken)
		}
	})
}

// The end of a pool lets those go who make room.
func TestAnswersAheadEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Start(t.Context(), manyTasks(), Options{Open: func(context.Context, string) (sdk.Backend, error) { return &fake{}, nil }})
		synctest.Wait()
		p.Close()
	})
}
