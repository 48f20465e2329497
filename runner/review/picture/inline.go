package picture

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/vlmspec/vlmspec/runner/result"
)

// inlined counts the images that were drawn between lines of text.
var inlined atomic.Int64

// Inline is an image as text to print between lines: room for it, and what draws
// it there. The terminal scrolls it away with the text.
func Inline(path string, t Terminal, columns, rows int) (string, error) {
	p, err := Draw(path, &result.Overlay{}, t, columns, rows)
	if err != nil || len(p.Lines) == 0 {
		return "", err
	}
	text := strings.Join(p.Lines, "\n") + "\n"
	if p.Pixels == "" {
		return text, nil
	}
	pixels := p.Pixels
	if t.Protocol() == Kitty { // where an image of the same number would replace this one
		pixels = strings.Replace(pixels, fmt.Sprintf("i=%d", kittyID), fmt.Sprintf("i=%d", kittyID+inlined.Add(1)), 1)
	}
	up := len(p.Lines)
	return fmt.Sprintf("%s\x1b[%dA%s\r\x1b[%dB", text, up, "\x1b7"+pixels+"\x1b8", up), nil
}
