package watch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/vlmspec/vlmspec/runner/golden"
)

// Command is what a person can have a watch do: a key, and on a screen without
// keys a word at the start of a line.
type Command struct {
	Key, Does string
	Text      string // what the text behind the key is, "" when it takes none: "file has"
	waits     bool   // until the run has ended
	do        func(w *Watch, text string)
}

// Commands are in the order of the help.
func Commands() []Command {
	return []Command{
		{Key: "a", Does: "all cases, without filters", do: (*Watch).runAll},
		{Key: "f", Does: "the cases that are failing", do: (*Watch).runFailing},
		{Key: "r", Does: "ask the last ones again", do: (*Watch).runAgain},
		{Key: "u", Does: "accept the pending golden answers", waits: true, do: (*Watch).acceptPending},
		{Key: "i", Does: "review them, image in view", waits: true, do: (*Watch).review},
		{Key: "p", Does: "only spec files whose path has a text", Text: "file has", waits: true, do: (*Watch).filterFiles},
		{Key: "t", Does: "only cases whose name or ID has a text", Text: "name has", waits: true, do: (*Watch).filterNames},
		{Key: "?", Does: "these keys", do: func(w *Watch, _ string) { w.screen.Say(Help()) }},
		{Key: "q", Does: "quit"},
	}
}

// Help lists the commands, a line each.
func Help() string {
	var b strings.Builder
	for _, c := range Commands() {
		fmt.Fprintf(&b, "  %s  %s\n", c.Key, c.Does)
	}
	return strings.TrimRight(b.String(), "\n")
}

// obey does what a command says, and reports whether that is to quit.
func (w *Watch) obey(line string) (quit bool) {
	if answer := w.answer; answer != nil {
		w.answer = nil
		answer(line)
		return false
	}
	name, text, _ := strings.Cut(line, " ")
	for _, c := range Commands() {
		if c.Key != strings.ToLower(name) {
			continue
		}
		switch {
		case c.do == nil:
			return true
		case c.waits && w.child != nil:
			w.later = append(w.later, line)
		default:
			c.do(w, strings.TrimSpace(text))
		}
		return false
	}
	if line != "" && line != "y" && line != "n" { // which answer a question
		w.screen.Say(fmt.Sprintf("-- %q is no key; type ? for the keys there are", line))
	}
	return false
}

func (w *Watch) runAll(string) {
	w.filter = filter{}
	w.ask(func(string) bool { return true }, why{text: "all cases"})
}

func (w *Watch) runFailing(string) {
	w.ask(func(id string) bool { o, known := w.verdicts[id]; return known && !o.Passing() }, why{text: "what is failing"})
}

func (w *Watch) runAgain(string) {
	last := toSet(w.last)
	w.ask(func(id string) bool { return last[id] }, why{text: "again", fresh: true})
}

// ask has the cases run that somebody asks for.
func (w *Watch) ask(wanted func(id string) bool, because why) {
	ids := map[string]bool{}
	for id := range w.cases {
		if wanted(id) {
			ids[id] = true
		}
	}
	if w.enqueue(ids, because) == 0 {
		w.say("there is no such case")
	}
	w.show()
}

// acceptPending lists what is pending, and asks before it accepts all.
func (w *Watch) acceptPending(string) {
	review, err := golden.OpenReview(w.project)
	if err != nil {
		w.screen.Problem(err)
		return
	}
	w.print("accept")
	n := len(review.Pending())
	if n == 0 {
		return
	}
	w.answer = func(answer string) {
		if strings.HasPrefix(strings.ToLower(answer), "y") {
			w.print("accept", "--all")
		}
		w.show()
	}
	w.screen.Ask("accept " + plural(n, "answer") + "? y or n")
}

func (w *Watch) review(string) {
	lent, err := w.screen.Lend(func() error {
		cmd := w.vlmspec("review")
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		return cmd.Run()
	})
	switch {
	case !lent:
		w.say("review needs a terminal")
	case !ended(err):
		w.screen.Problem(fmt.Errorf("vlmspec review: %w", err))
	}
	w.show()
}

// print runs another command of vlmspec, and shows what it prints.
func (w *Watch) print(args ...string) {
	cmd := w.vlmspec(args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if text := strings.TrimRight(out.String(), "\n"); text != "" {
		w.screen.Say(text)
	}
	if !ended(err) {
		w.screen.Problem(fmt.Errorf("vlmspec %s: %w", args[0], err))
	}
}

func (w *Watch) vlmspec(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.ctx, w.options.Program, append(args, "-C", w.project.File)...)
	cmd.Args[0] = os.Args[0]
	return cmd
}

func (w *Watch) filterFiles(text string) { w.narrow("file", &w.filter.file, text) }
func (w *Watch) filterNames(text string) { w.narrow("name", &w.filter.name, text) }

// narrow sets a filter, and runs what is left.
func (w *Watch) narrow(what string, filter *string, text string) {
	if w.plan == nil {
		return
	}
	before := *filter
	*filter = text
	n := 0
	for i := range w.plan.Len() {
		if w.filter.passes(w.plan.Case(i)) {
			n++
		}
	}
	if n == 0 {
		w.say("no case has %q in its %s", text, what)
		*filter = before
		return
	}
	because := fmt.Sprintf("%s has %q", what, text)
	if text == "" {
		because = "any " + what
	}
	w.ask(func(string) bool { return true }, why{text: because})
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
