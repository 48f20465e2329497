package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/ardanlabs/jinja"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// piece is a stretch of a rendered prompt: text, or the place of an image.
type piece struct {
	text string
	// trusted text comes from the model's own template; only there do control
	// tokens count. What a test case says is never trusted.
	trusted bool
	image   int // index into the request's images, -1 for text
}

// template turns conversations into prompts with the model's own Jinja template.
//
// The template never sees what a test case says. It is rendered with a mark for
// each text, and the marks are replaced afterwards; so a case can neither inject
// a turn nor be rewritten by the template, and it is known which text is whose.
type template struct {
	compiled *jinja.Template
	bos, eos string
	// picture is what the template writes where an image stands. When it is ""
	// the template takes plain text, and images are marked like texts.
	picture string
}

// Private-use characters that no template contains frame a mark: its kind, t
// for text or i for image, and a number.
const markOpen, markClose = "\uE000", "\uE001"

var markRE = regexp.MustCompile(markOpen + `([ti])(\d+)` + markClose)

func mark(kind string, n int) string { return markOpen + kind + strconv.Itoa(n) + markClose }

// newTemplate compiles a template and finds out how it takes images.
func newTemplate(source, bos, eos string) (*template, error) {
	compiled, err := jinja.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("the chat template does not compile: %w", err)
	}
	t := &template{compiled: compiled, bos: bos, eos: eos}
	t.picture = t.probe()
	if t.picture == "" {
		// Say now, not at the first case, when it takes no plain text either.
		user := sdk.Message{Role: sdk.User, Parts: []sdk.Part{{Text: "a"}}}
		if _, err := t.render([]sdk.Message{user}); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// probe renders a question with and without an image; what differs is what the
// template writes for an image. It is "" for a template that ignores images or
// does not take content in parts.
func (t *template) probe() string {
	ask := func(parts ...any) string {
		text, err := t.execute([]any{map[string]any{"role": "user", "content": parts}})
		if err != nil {
			return ""
		}
		return text
	}
	a, b := textPart(mark("t", 0)), textPart(mark("t", 1))
	with, without := ask(a, imagePart(), b), ask(a, b)
	if strings.Count(with, markOpen) != 2 || strings.Count(without, markOpen) != 2 {
		return ""
	}
	if strings.Contains(without, "'type'") || strings.Contains(without, `"type"`) { // the list, printed as it is
		return ""
	}
	start := commonPrefix(with, without)
	end := commonPrefix(reverse(with[start:]), reverse(without[start:]))
	return strings.TrimSpace(with[start : len(with)-end])
}

func textPart(text string) any { return map[string]any{"type": "text", "text": text} }
func imagePart() any           { return map[string]any{"type": "image"} }

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reverse(s string) string {
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return string(b)
}

func (t *template) execute(messages []any) (string, error) {
	return t.compiled.Render(map[string]any{
		"messages":              messages,
		"add_generation_prompt": true,
		"bos_token":             t.bos,
		"eos_token":             t.eos,
	})
}

// render turns a conversation into the pieces of a prompt, in order.
func (t *template) render(messages []sdk.Message) ([]piece, error) {
	m := marker{template: t}
	var data []any
	for _, message := range messages {
		data = append(data, map[string]any{"role": string(message.Role), "content": m.content(message.Parts)})
	}
	text, err := t.execute(data)
	if err != nil {
		return nil, sdk.Errorf(sdk.InvalidRequest, "the model's chat template refuses this conversation: %v", err)
	}
	return m.split(text)
}

// marker replaces what a conversation says by marks, and marks by what it says.
type marker struct {
	template *template
	texts    []string
	images   int
}

func (m *marker) content(parts []sdk.Part) any {
	if m.template.picture == "" {
		var all strings.Builder
		for _, p := range parts {
			all.WriteString(m.plain(p))
		}
		return all.String()
	}
	list := []any{}
	for _, p := range parts {
		if p.Image != nil {
			m.images++
			list = append(list, imagePart())
		} else {
			list = append(list, textPart(m.text(p.Text)))
		}
	}
	if len(list) == 0 {
		list = append(list, textPart(""))
	}
	return list
}

func (m *marker) plain(p sdk.Part) string {
	if p.Image == nil {
		return m.text(p.Text)
	}
	m.images++
	return mark("i", m.images-1)
}

// text leaves the white space around a text in place, because templates trim.
func (m *marker) text(s string) string {
	core := strings.TrimSpace(s)
	if core == "" {
		return s
	}
	before := s[:strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) })]
	after := s[len(before)+len(core):]
	m.texts = append(m.texts, core)
	return before + mark("t", len(m.texts)-1) + after
}

func (m *marker) split(rendered string) ([]piece, error) {
	var pieces []piece
	texts, images, at := 0, 0, 0
	own := func(s string) {
		for i, part := range cut(s, m.template.picture) {
			if i > 0 {
				pieces = append(pieces, piece{image: images})
				images++
			}
			if part != "" {
				pieces = append(pieces, piece{text: part, trusted: true, image: -1})
			}
		}
	}
	for _, found := range markRE.FindAllStringSubmatchIndex(rendered, -1) {
		own(rendered[at:found[0]])
		at = found[1]
		n, err := strconv.Atoi(rendered[found[4]:found[5]])
		if err != nil {
			return nil, err
		}
		if rendered[found[2]:found[3]] == "i" {
			pieces = append(pieces, piece{image: n})
			images++
			continue
		}
		pieces = append(pieces, piece{text: m.texts[n], image: -1})
		texts++
	}
	own(rendered[at:])
	if texts != len(m.texts) || images != m.images {
		return nil, sdk.Errorf(sdk.InvalidRequest,
			"the model's chat template shows %d of the conversation's %d texts and %d of its %d images; perhaps it takes no system prompt or fewer images",
			texts, len(m.texts), images, m.images)
	}
	return pieces, nil
}

func cut(s, sep string) []string {
	if sep == "" {
		return []string{s}
	}
	return strings.Split(s, sep)
}
