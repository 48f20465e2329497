package cli

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/result"
)

// watchKey is a key and what it does.
type watchKey struct {
	key, does string
	waits     bool // until the run has ended, since it writes on the screen
	do        func(w *watching, text string)
}

// watchKeys are in the order of the help.
func watchKeys() []watchKey {
	return []watchKey{
		{"a", "all cases, without filters", false, (*watching).runAll},
		{"f", "the cases that were not good", false, (*watching).runFailed},
		{"r", "ask the last ones again", false, (*watching).runAgain},
		{"u", "accept the pending golden answers", true, (*watching).acceptPending},
		{"i", "review them, image in view", true, (*watching).openReview},
		{"p", "only spec files whose path has a text", true, (*watching).filterFiles},
		{"t", "only cases whose name or ID has a text", true, (*watching).filterNames},
		{"?", "these keys", true, func(w *watching, _ string) { w.screen.write(func() { fmt.Fprintln(w.app.out, keyHelp()) }) }},
		{"q", "quit", false, nil},
	}
}

func keyHelp() string {
	var b strings.Builder
	for _, k := range watchKeys() {
		fmt.Fprintf(&b, "  %s  %s\n", k.key, k.does)
	}
	return strings.TrimRight(b.String(), "\n")
}

// pressed does what a key says, and reports whether that is to quit.
func (w *watching) pressed(key string) bool {
	if w.line != nil {
		w.typed(key)
		return false
	}
	name, text, _ := strings.Cut(key, " ")
	for _, k := range watchKeys() {
		if k.key != strings.ToLower(name) {
			continue
		}
		switch {
		case k.do == nil:
			return true
		case k.waits && w.child != nil:
			w.later = append(w.later, key)
		default:
			k.do(w, strings.TrimSpace(text))
		}
		return false
	}
	if key != "" && w.keyboard.terminal == nil {
		w.screen.say("%q is no key; type ? and Enter for the keys there are", key)
	}
	return false
}

func (w *watching) runAll(string) {
	w.filter = filter{}
	w.ask(func(string) bool { return true }, why{text: "all cases"})
}

func (w *watching) runFailed(string) {
	w.ask(func(id string) bool { o, known := w.verdicts[id]; return known && !o.Passing() }, why{text: "what was not good"})
}

func (w *watching) runAgain(string) {
	last := toSet(w.last)
	w.ask(func(id string) bool { return last[id] }, why{text: "again", fresh: true})
}

// ask has the cases run that somebody asks for.
func (w *watching) ask(wanted func(id string) bool, because why) {
	ids := map[string]bool{}
	for id := range w.cases {
		if wanted(id) {
			ids[id] = true
		}
	}
	if w.enqueue(ids, because) == 0 {
		w.screen.say("there is no such case")
	}
	w.show()
}

// acceptPending lists what is pending, and asks before it accepts all.
func (w *watching) acceptPending(string) {
	review, err := golden.OpenReview(w.project)
	if err != nil {
		w.complain(err)
		return
	}
	n := len(review.Pending())
	w.other("accept")
	if n == 0 {
		return
	}
	w.edit("accept "+plural(n, "answer")+"? y or n", func(answer string) {
		if strings.HasPrefix(strings.ToLower(answer), "y") {
			w.other("accept", "--all")
		}
	})
	w.line.single = true
}

func (w *watching) openReview(string) {
	switch {
	case !w.review:
		w.screen.say("this vlmspec has no review")
	case w.keyboard.terminal == nil:
		w.screen.say("review needs a terminal")
	default:
		w.other("review")
	}
}

// other runs another command of vlmspec, which has the screen meanwhile.
func (w *watching) other(args ...string) {
	w.screen.begin()
	defer w.screen.end()
	cmd := exec.CommandContext(w.ctx, w.exe, append(args, "-C", w.project.File)...)
	cmd.Args[0] = os.Args[0]
	cmd.Stdout, cmd.Stderr = w.app.rawOut, w.app.rawErr
	if args[0] == "review" {
		cmd.Stdin = w.keyboard.terminal
		w.keyboard.stop()
		defer w.keyboard.start()
	}
	if err := cmd.Run(); !ended(err) {
		w.app.complain(fmt.Errorf("vlmspec %s: %w", args[0], err))
	}
}

func (w *watching) filterFiles(text string) { w.narrow("file", &w.filter.file, text) }
func (w *watching) filterNames(text string) { w.narrow("name", &w.filter.name, text) }

// narrow sets a filter, to what is typed on a terminal, and runs what is left.
func (w *watching) narrow(what string, filter *string, text string) {
	set := func(text string) {
		before := *filter
		*filter = text
		n := 0
		for i := range w.session.Len() {
			if w.filter.passes(w.session.Case(i)) {
				n++
			}
		}
		if n == 0 {
			w.screen.say("no case has %q in its %s", text, what)
			*filter = before
			return
		}
		because := fmt.Sprintf("%s has %q", what, text)
		if text == "" {
			because = "any " + what
		}
		w.ask(func(string) bool { return true }, why{text: because})
	}
	switch {
	case w.session == nil:
	case w.keyboard.terminal == nil:
		set(text)
	default:
		w.edit(what+" has", set)
		w.line.text = *filter
		w.show()
	}
}

// lineEdit is a line that is being typed in place of the status.
type lineEdit struct {
	label, text string
	single      bool // one key is all
	then        func(text string)
}

func (w *watching) edit(label string, then func(string)) {
	w.line = &lineEdit{label: label, then: then}
	w.show()
}

func (w *watching) typed(key string) {
	l := w.line
	switch {
	case l.single || w.keyboard.terminal == nil:
		l.text, key = key, "enter"
	case key == "backspace" && l.text != "":
		runes := []rune(l.text)
		l.text = string(runes[:len(runes)-1])
	case key == "clear":
		l.text = ""
	case len([]rune(key)) == 1:
		l.text += key
	}
	if key == "enter" || key == "esc" {
		w.line = nil
	}
	if key == "enter" {
		l.then(l.text)
	}
	w.show()
}

// show draws the status, or the line that is being typed.
func (w *watching) show() {
	switch {
	case w.keyboard.terminal == nil && w.line != nil:
		w.screen.say("%s", w.line.label)
	case w.line != nil:
		w.screen.show(w.line.label + ": " + w.line.text + "▏")
	default:
		w.screen.show(w.summary(" · ") + " · ? keys")
	}
}

// status is the summary where nothing stands at the bottom of a terminal.
func (w *watching) status(before string) string {
	if w.screen.wide() > 0 {
		return ""
	}
	return before + w.summary(before)
}

// summary says how all cases stand, as far as known, and what is watched.
func (w *watching) summary(sep string) string {
	all := map[result.Outcome]int{}
	for _, o := range w.verdicts {
		all[o]++
	}
	parts := []string{report.Counts(all), "watching " + plural(w.watched, "file")}
	if w.sick != nil {
		parts = append([]string{"a spec is wrong"}, parts...)
	}
	if w.filter.file != "" {
		parts = append(parts, fmt.Sprintf("file %q", w.filter.file))
	}
	if w.filter.name != "" {
		parts = append(parts, fmt.Sprintf("name %q", w.filter.name))
	}
	return strings.Join(parts, sep)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
