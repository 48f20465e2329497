package cli

import (
	"io"
	"os"

	"github.com/vlmspec/vlmspec/runner/report"
	"github.com/vlmspec/vlmspec/runner/review/picture"
	"github.com/vlmspec/vlmspec/runner/spec"
)

func (a *app) checkColor() error {
	switch known := []string{"auto", "always", "never"}; a.color {
	case "auto", "always", "never":
		return nil
	default:
		return usagef("--color=%s: expected auto, always or never; %s", a.color, spec.DidYouMean(a.color, known))
	}
}

// colored reports whether what is written to w has colours: as --color says, else as
// $FORCE_COLOR or $NO_COLOR say (https://force-color.org, https://no-color.org), else
// on a terminal.
func (a *app) colored(w io.Writer) bool {
	switch force := os.Getenv("FORCE_COLOR"); {
	case a.color == "always":
		return true
	case a.color == "never":
		return false
	case force != "":
		return force != "0" && force != "false"
	case os.Getenv("NO_COLOR") != "":
		return false
	}
	return terminal(w)
}

// maxDrawing is the size of an image on the screen, in cells.
const (
	maxDrawingColumns = 40
	maxDrawingRows    = 12
)

// drawing shows the image of a failed case where the terminal can show pixels, or by
// half-blocks where somebody asks for them. Nil where it shows none.
func drawing(chosen picture.Protocol, o report.ConsoleOptions) func(path string) string {
	t := picture.NewTerminal(chosen, os.Getenv)
	if p := t.Protocol(); p == picture.None || p == picture.Blocks && (chosen != picture.Blocks || !o.Color) {
		return nil
	}
	return func(path string) string {
		text, err := picture.Inline(path, t, min(maxDrawingColumns, o.Columns-1), maxDrawingRows)
		if err != nil {
			return "" // its path stands above
		}
		return text
	}
}
