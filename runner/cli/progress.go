package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/vlmspec/vlmspec/runner/model"
)

// pullProgress reports how a file comes: on a terminal a line that moves,
// elsewhere a line now and then.
type pullProgress struct {
	out     io.Writer
	name    string
	shown   func(string) string // a text as a person may see it
	columns int                 // of the terminal; 0 for none
	now     func() time.Time

	mu      sync.Mutex
	drawn   bool
	first   int64 // bytes that were there before
	noted   string
	printed time.Time // the last line that does not move
	recent  []mark    // of the last seconds, for the speed
}

// mark is how far a pull was at a time.
type mark struct {
	at   time.Time
	done int64
}

const (
	speedOver = 5 * time.Second  // what the speed is measured over
	lineEvery = 10 * time.Second // without a terminal
)

func newPullProgress(out io.Writer, r model.Ref, shown func(string) string) *pullProgress {
	p := &pullProgress{out: out, name: shown(r.Base()), shown: shown, now: time.Now}
	if f, ok := out.(*os.File); ok && terminal(out) {
		if p.columns, _, _ = term.GetSize(int(f.Fd())); p.columns == 0 {
			p.columns = 80
		}
	}
	return p
}

// show takes an event of the pull.
func (p *pullProgress) show(e model.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Note != "" {
		if e.Note != p.noted { // each connection meets what befalls all of them
			p.erase()
			fmt.Fprintf(p.out, "%s: %s\n", p.name, p.shown(e.Note))
		}
		p.noted = e.Note
		return
	}
	now := p.now()
	p.measure(now, e.Done)
	switch {
	case p.columns > 0:
		p.erase()
		fmt.Fprint(p.out, p.line(e))
		p.drawn = true
	case p.printed.IsZero():
		fmt.Fprintf(p.out, "pulling %s, %s\n", p.name, sizes(e, p.first))
		p.printed = now
	case now.Sub(p.printed) >= lineEvery:
		fmt.Fprintf(p.out, "pulling %s, %s\n", p.name, strings.TrimSpace(strings.Join(p.numbers(e), ", ")))
		p.printed = now
	}
}

// sizes says how much is to come.
func sizes(e model.Event, before int64) string {
	if before > 0 {
		return fmt.Sprintf("%s, of which %s are here", model.Bytes(e.Total), model.Bytes(before))
	}
	return model.Bytes(e.Total)
}

// measure keeps what the speed is made from. A pull that begins anew falls back.
func (p *pullProgress) measure(now time.Time, done int64) {
	if n := len(p.recent); n == 0 || done < p.recent[n-1].done {
		p.recent, p.first = nil, done
	}
	p.recent = append(p.recent, mark{now, done})
	for len(p.recent) > 2 && now.Sub(p.recent[0].at) > speedOver {
		p.recent = p.recent[1:]
	}
}

// speed is in bytes per second, 0 before it is known.
func (p *pullProgress) speed() float64 {
	from, to := p.recent[0], p.recent[len(p.recent)-1]
	if took := to.at.Sub(from.at).Seconds(); took > 0.2 {
		return float64(to.done-from.done) / took
	}
	return 0
}

// numbers are the parts of a line, the most telling first.
func (p *pullProgress) numbers(e model.Event) []string {
	all := []string{fmt.Sprintf("%s of %s", model.Bytes(e.Done), model.Bytes(e.Total))}
	if e.Total < 0 {
		all[0] = model.Bytes(e.Done)
	} else {
		all = append([]string{fmt.Sprintf("%3d %%", 100*e.Done/max(e.Total, 1))}, all...)
	}
	speed := p.speed()
	if speed <= 0 {
		return all
	}
	all = append(all, model.Bytes(int64(speed))+"/s")
	if e.Total >= 0 {
		all = append(all, howLong(float64(e.Total-e.Done)/speed)+" left")
	}
	return all
}

// howLong is a time for people.
func howLong(seconds float64) string {
	switch {
	case seconds < 10:
		return fmt.Sprintf("%.1f s", seconds)
	case seconds < 100:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 6000:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// line fits the terminal: the bar takes what the text leaves, and a long name is cut.
func (p *pullProgress) line(e model.Event) string {
	wide := p.columns - 3 // leaves room for the ^C of a terminal
	text := "  " + strings.Join(p.numbers(e), "  ")
	name := p.name
	if limit := max(wide-len(text)-12, 8); len(name) > limit {
		name = name[:limit-1] + "…"
	}
	bar := max(min(30, wide-len([]rune(name))-len(text)-2), 0)
	full := 0
	if e.Total > 0 {
		full = int(int64(bar) * e.Done / e.Total)
	}
	line := []rune(name + "  " + strings.Repeat("━", full) + strings.Repeat("╌", bar-full) + text)
	return string(line[:min(len(line), wide)])
}

func (p *pullProgress) erase() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = false
	}
}

// end takes the moving line away.
func (p *pullProgress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}
