package picture

import (
	"fmt"
	"image"
	"strings"
)

// halfBlocks draws two pixels in a cell: the upper one is the ink of ▀, the lower
// one what is behind it. Bubble Tea turns the colours into what the terminal has.
func halfBlocks(img image.Image) []string {
	b := img.Bounds()
	var lines []string
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		var line strings.Builder
		last := ""
		for x := b.Min.X; x < b.Max.X; x++ {
			style := "\x1b[38;2;" + rgb(img, x, y)
			if y+1 < b.Max.Y {
				style += ";48;2;" + rgb(img, x, y+1)
			}
			if style != last {
				line.WriteString("\x1b[0m" + style + "m")
				last = style
			}
			line.WriteString("▀")
		}
		lines = append(lines, line.String()+"\x1b[0m")
	}
	return lines
}

func rgb(img image.Image, x, y int) string {
	r, g, b, _ := img.At(x, y).RGBA()
	return fmt.Sprintf("%d;%d;%d", r>>8, g>>8, b>>8)
}
