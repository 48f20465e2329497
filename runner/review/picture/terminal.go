package picture

import (
	"image"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// Terminal is what is known of a terminal. What the environment does not say it
// is asked: send [Terminal.Question], and give the events that come to
// [Terminal.Answered]. A terminal that never answers gets half-blocks.
type Terminal struct {
	chosen   Protocol
	blocks   bool // can show half-blocks
	found    Protocol
	multiple bool // several terminals behind a multiplexer: they may differ
	cell     image.Point
}

// NewTerminal looks at the environment. chosen, unless it is [Auto], is kept to
// whatever the terminal says.
func NewTerminal(chosen Protocol, getenv func(string) string) Terminal {
	t := Terminal{chosen: chosen, blocks: getenv("NO_COLOR") == ""}
	term := getenv("TERM")
	t.multiple = getenv("TMUX") != "" || strings.HasPrefix(term, "screen") || strings.HasPrefix(term, "tmux")
	switch {
	case t.multiple:
	case getenv("KITTY_WINDOW_ID") != "" || strings.Contains(term, "kitty") || strings.Contains(term, "ghostty"):
		t.found = Kitty
	case getenv("TERM_PROGRAM") == "iTerm.app" || getenv("LC_TERMINAL") == "iTerm2" || getenv("TERM_PROGRAM") == "WezTerm":
		t.found = ITerm
	}
	return t
}

// Protocol is how to show images as far as is known now. Half-blocks are made of
// colours, so NO_COLOR leaves nothing where there are no pixels.
func (t Terminal) Protocol() Protocol {
	switch {
	case t.chosen != Auto && t.chosen != "":
		return t.chosen
	case t.found != "":
		return t.found
	case t.blocks:
		return Blocks
	}
	return None
}

// Cell is the size of a cell in pixels, a usual one until the terminal reports it.
func (t Terminal) Cell() image.Point {
	if t.cell.X < 1 || t.cell.Y < 1 {
		return image.Pt(8, 16)
	}
	return t.cell
}

// Question asks for the size of a cell, for kitty's protocol, for the name of
// the terminal, and for sixels; "" when no answer matters.
func (t Terminal) Question() string {
	if t.multiple && t.chosen == Auto || t.chosen == None || t.chosen == Blocks {
		return ""
	}
	const cellSize = 16 // of the window operations of xterm: report the size of a cell in pixels
	return ansi.WindowOp(cellSize) +
		ansi.KittyGraphics([]byte("AAAA"), "a=q", "t=d", "f=24", "s=1", "v=1", "i=7260") +
		ansi.RequestNameVersion + ansi.RequestPrimaryDeviceAttributes
}

// Answered takes an event of the terminal, and reports whether it told something.
func (t *Terminal) Answered(event any) bool {
	before := *t
	switch e := event.(type) {
	case uv.CellSizeEvent:
		t.cell = image.Pt(e.Width, e.Height)
	case uv.KittyGraphicsEvent:
		if string(e.Payload) == "OK" {
			t.found = Kitty
		}
	case uv.PrimaryDeviceAttributesEvent:
		for _, attribute := range e {
			if attribute == 4 && t.found == "" {
				t.found = Sixel
			}
		}
	}
	return *t != before
}

// Named takes the name that the terminal gave itself, and reports whether it
// told something. Over ssh it is all there is to know iTerm2 by.
func (t *Terminal) Named(name string) bool {
	if t.found == Kitty || t.found == ITerm || !strings.HasPrefix(name, "iTerm2") {
		return false
	}
	t.found = ITerm
	return true
}
