package spec

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const maxPromptBytes = 1 << 20

// turns makes the conversation of a case.
func (l *loader) turns(n Node, f caseFile) ([]Turn, error) {
	var p problems
	var turns []Turn
	list := n.Get("turns")
	switch {
	case list.IsZero():
		turn, err := l.turn(n, f.turnFile)
		p.add(err)
		turns = append(turns, turn)
	case len(f.Turns) == 0:
		p.add(list.Errorf("write - {prompt: ..., expect: [...]}", "the list of turns is empty"))
	default:
		p.add(onlyTurns(n))
		for i, item := range list.Items() {
			turn, err := l.turn(item, f.Turns[i])
			p.add(err)
			turns = append(turns, turn)
		}
	}
	if len(p) == 0 && !checked(turns) && !l.project.AllowUnchecked {
		p.add(n.Errorf("add expect, or explore with --allow-unchecked", "case %q has no expect: it would pass whatever the answer", f.Name))
	}
	return turns, p.err()
}

func checked(turns []Turn) bool {
	for _, t := range turns {
		if len(t.Checks) > 0 {
			return true
		}
	}
	return false
}

// onlyTurns refuses a single turn beside a list of turns.
func onlyTurns(n Node) error {
	for _, e := range n.Entries() {
		switch e.Key {
		case "image", "prompt", "content", "expect":
			return e.KeyNode.Errorf("move it into the turn it belongs to", "a case with turns has no %s of its own", e.Key)
		}
	}
	return nil
}

// turn makes one message: images before the prompt, or content as written.
func (l *loader) turn(n Node, f turnFile) (Turn, error) {
	turn, err := l.turnOf(n, f)
	if err == nil {
		l.env.byName(func() {
			if named, err := l.turnOf(n, f); err == nil {
				turn.Written = named.text()
			}
		})
	}
	return turn, err
}

// text is that of a turn, with <image> where an image stands.
func (t Turn) text() string {
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Image != nil {
			b.WriteString("<image>")
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

func (l *loader) turnOf(n Node, f turnFile) (Turn, error) {
	short := len(f.Image) > 0 || !f.Prompt.node.IsZero()
	switch {
	case short && len(f.Content) > 0:
		return Turn{}, n.Errorf("move them into content", "content stands instead of image and prompt, not beside them")
	case len(f.Content) > 0:
		return Turn{Parts: l.contentParts(f.Content), Checks: f.Expect}, nil
	case f.Prompt.node.IsZero():
		return Turn{}, n.Errorf("write prompt: ..., or content: [...]", "key \"prompt\" is missing")
	}
	turn := Turn{Checks: f.Expect}
	for _, image := range f.Image {
		turn.Parts = append(turn.Parts, Part{Image: imageOf(image)})
	}
	text, err := l.promptText(f.Prompt)
	if err == nil && strings.TrimSpace(text) == "" {
		err = f.Prompt.node.Errorf("", "the prompt is empty")
	}
	turn.Parts = append(turn.Parts, Part{Text: text})
	return turn, err
}

func (l *loader) contentParts(list []content) []Part {
	parts := make([]Part, len(list))
	for i, c := range list {
		if c.image.IsZero() {
			parts[i].Text = c.text.Text()
		} else {
			parts[i].Image = imageOf(c.image)
		}
	}
	return parts
}

func imageOf(n Node) *Image {
	abs, name := n.Path()
	return &Image{Path: abs, Name: name, Pos: n.Pos()}
}

// promptText reads a prompt, without the line ends that block scalars and
// files end with.
func (l *loader) promptText(p prompt) (string, error) {
	n := p.node
	if n.Kind() == Map {
		var err error
		if n, err = l.promptFile(n); err != nil {
			return "", err
		}
	}
	err := n.unresolved()
	return strings.TrimRight(n.Text(), "\r\n"), err
}

// promptFile reads {file: path} as a Node, so that ${...} in it is replaced.
func (l *loader) promptFile(n Node) (Node, error) {
	var f promptFile
	if err := n.Decode(&f); err != nil {
		return Node{}, err
	}
	abs, name := f.File.Node.Path()
	l.note(abs, "prompt")
	if text, ok := l.texts[abs]; ok {
		return text.with(n.scope), nil
	}
	data, err := regular.Text(abs, maxPromptBytes)
	if err != nil {
		return Node{}, f.File.Node.Errorf("", "prompt %s: %s", name, cause(err))
	}
	src := sourceAt(l.project.Dir, abs)
	if err := notUTF8(src.name, data); err != nil {
		return Node{}, err
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	y := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.LiteralStyle, Line: 1}
	l.texts[abs] = Node{y: y, src: src}
	return l.texts[abs].with(n.scope), nil
}
