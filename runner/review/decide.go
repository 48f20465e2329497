package review

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
)

func deciding(d Decision) func(*model) tea.Cmd {
	return func(m *model) tea.Cmd { return m.decide(d, nil) }
}

// decide takes a decision on the current item, after asking where it is unusual.
func (m *model) decide(d Decision, offer *Offer) tea.Cmd {
	i := m.current()
	switch {
	case i == nil:
		m.say("there is nothing to decide here")
		return nil
	case m.decided[i.Key] != "" && m.decided[i.Key] != Skip:
		m.say("this one is %s; u takes the last decision back", done(m.decided[i.Key]))
		return nil
	case d != Skip && d != Reject && i.Minority():
		return m.ask(func(m *model) tea.Cmd { return m.write(d, offer) },
			"only %d of %d samples say this. Go on?", i.Agree, i.Samples)
	}
	return m.write(d, offer)
}

// write gives a decision to the store; that one is left for later is no news to it.
func (m *model) write(d Decision, offer *Offer) tea.Cmd {
	i := m.current()
	if d != Skip {
		err := m.Store.Decide(i, d, offer)
		if changed, ok := errors.AsType[*yamledit.ChangedError](err); ok {
			return m.reload(changed, d, offer)
		}
		if err != nil {
			m.complain("%v", err)
			return nil
		}
	}
	m.decided[i.Key] = d
	m.undo = append(m.undo, step{i.Key, d != Skip})
	m.say("%s %s; u takes it back", done(d), i.Key)
	return m.advance()
}

// reload reads what others have edited, and asks again, with it in sight.
func (m *model) reload(changed *yamledit.ChangedError, d Decision, offer *Offer) tea.Cmd {
	before := m.current().Key
	if !m.read() {
		return nil
	}
	if i := m.current(); i == nil || i.Key != before {
		m.say("%s was edited meanwhile; it is read again, and %s is no longer there", changed.File, before)
		return m.redraw()
	}
	m.ask(func(m *model) tea.Cmd { return m.write(d, offer) }, "%s was edited meanwhile and is read again. Still %s?", changed.File, d)
	return m.redraw()
}

// read reads the items again, and reports whether it could.
func (m *model) read() bool {
	items, err := m.Store.Reload()
	if err != nil {
		m.complain("%v", err)
		return false
	}
	var key string
	if i := m.current(); i != nil {
		key = i.Key
	}
	// An item that is decided is pending no more; it stays in the list.
	for _, old := range m.items {
		if m.decided[old.Key] != "" && !slices.ContainsFunc(items, func(i Item) bool { return i.Key == old.Key }) {
			items = append(items, old)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int { return m.order(a.Key) - m.order(b.Key) })
	m.items = items
	m.refilter()
	if at := slices.IndexFunc(m.shown, func(i int) bool { return m.items[i].Key == key }); at >= 0 {
		m.at = at
	}
	return true
}

// order is where an item stood, after all others when it is new.
func (m *model) order(key string) int {
	if at := slices.IndexFunc(m.items, func(i Item) bool { return i.Key == key }); at >= 0 {
		return at
	}
	return len(m.items)
}

// takeBack undoes the last decision and goes to its item.
func (m *model) takeBack() tea.Cmd {
	if len(m.undo) == 0 {
		m.say("there is nothing to take back")
		return nil
	}
	last := m.undo[len(m.undo)-1]
	if last.stored {
		if err := m.Store.Undo(); err != nil {
			m.complain("not taken back: %v", err)
			return nil
		}
	}
	m.undo = m.undo[:len(m.undo)-1]
	delete(m.decided, last.key)
	m.say("taken back: %s", last.key)
	at := slices.IndexFunc(m.shown, func(i int) bool { return m.items[i].Key == last.key })
	if at < 0 { // hidden by the filter
		return m.redraw()
	}
	return m.show(at)
}

func (m *model) ask(yes func(*model) tea.Cmd, format string, args ...any) tea.Cmd {
	m.say("")
	m.asking = &question{text: fmt.Sprintf(format, args...) + " y/n", yes: yes}
	return nil
}

func (m *model) answered(key string) tea.Cmd {
	q := m.asking
	switch key {
	case "y", "Y":
		m.asking = nil
		return q.yes(m)
	case "n", "N", "esc", "q":
		m.asking = nil
		m.say("left as it is")
	}
	return nil
}

// offer lists the tolerances that the answer passes with.
func (m *model) offer() tea.Cmd {
	i := m.current()
	if i == nil || len(i.Offers) == 0 {
		m.say("no tolerance would pass it: there is nothing accepted that it could be near to")
		return nil
	}
	m.offering = true
	return m.redraw()
}

// chosen takes the number of an offer.
func (m *model) chosen(key string) tea.Cmd {
	offers := m.current().Offers
	if n, err := strconv.Atoi(key); err == nil && n >= 1 && n <= len(offers) {
		m.offering = false
		return m.decide(Loosen, &offers[n-1])
	}
	if key == "esc" || key == "q" || key == "l" {
		m.offering = false
		return m.redraw()
	}
	return nil
}
