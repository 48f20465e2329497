// Package picture shows an image in a terminal: in kitty's and iTerm2's
// protocols and as sixels, where it becomes pixels, and in half-blocks, which
// are text, everywhere else. Start reading at [Terminal], which finds out what
// a terminal can do, and at [Draw]; [Screen] keeps pixels on the screen below
// the text of Bubble Tea.
package picture

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/overlay"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Protocol is a way to show an image.
type Protocol string

// The ways. Auto is what the terminal can do best.
const (
	Auto   Protocol = "auto"
	Kitty  Protocol = "kitty"
	ITerm  Protocol = "iterm"
	Sixel  Protocol = "sixel"
	Blocks Protocol = "blocks"
	None   Protocol = "none"
)

var protocols = []Protocol{Auto, Kitty, ITerm, Sixel, Blocks, None}

// Names lists the protocols for a help text: "auto, kitty, ...".
func Names() string {
	names := make([]string, len(protocols))
	for i, p := range protocols {
		names[i] = string(p)
	}
	return strings.Join(names, ", ")
}

// Parse reads a protocol's name.
func Parse(name string) (Protocol, error) {
	if p := Protocol(name); slices.Contains(protocols, p) {
		return p, nil
	}
	return "", fmt.Errorf("%q is no way to show an image; there are %s", name, Names())
}

// Picture is an image made for the screen. Lines are text, one for each row, and
// take the place of the image there; Pixels is what a [Screen] draws over them.
type Picture struct {
	Lines  []string
	Pixels string
	remove string // what takes the pixels away again, where erasing does not
}

// maxPixels bounds a side of what is sent to a terminal, and how long it takes
// to make.
const maxPixels = 1280

// Draw makes the image at a path, with an overlay over it, as large as fits into
// columns x rows cells.
func Draw(path string, o *result.Overlay, t Terminal, columns, rows int) (Picture, error) {
	p := t.Protocol()
	if p == None || columns < 1 || rows < 1 {
		return Picture{}, nil
	}
	cell := t.Cell()
	if p == Blocks {
		cell = image.Pt(1, 2)
	}
	img, err := overlay.DrawWithin(path, o, min(columns*cell.X, maxPixels), min(rows*cell.Y, maxPixels))
	if err != nil {
		return Picture{}, err
	}
	if p == Blocks {
		return Picture{Lines: halfBlocks(img)}, nil
	}
	size := img.Bounds().Size()
	across, down := (size.X+cell.X-1)/cell.X, (size.Y+cell.Y-1)/cell.Y
	pixels, err := encoders[p](img, across, down)
	made := Picture{Lines: slices.Repeat([]string{strings.Repeat(" ", across)}, down), Pixels: pixels}
	if p == Kitty {
		made.remove = forgetKitty
	}
	return made, err
}
