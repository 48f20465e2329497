package main

import (
	"encoding/xml"
	"fmt"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// Sizes in pixels of the drawing.
const (
	cellWidth  = 8
	cellHeight = 18
	margin     = 14
	bar        = 34 // above the screen
	footer     = 34 // for the caption
	width      = columns*cellWidth + 2*margin
	height     = bar + rows*cellHeight + footer
)

const (
	paper = "#16181d"
	ink   = "#d6d9df"
	faint = "#7d8590"
)

// palette are the sixteen colours, as on a dark terminal.
var palette = [16]string{
	"#3b4048", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d6d9df",
	faint, "#ffa198", "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff",
}

// svg draws the film: the pictures stand side by side, and the strip jumps from
// one to the next. Who wants no motion gets the picture that stays longest.
func (f *film) svg() string {
	var b strings.Builder
	total, longest := 0.0, 0
	for i, s := range f.shots {
		total += s.seconds
		if s.seconds >= f.shots[longest].seconds {
			longest = i
		}
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="vlmspec watch runs a case again as its spec is saved; vlmspec review shows an answer with its image, and accepts it">`, width, height, width, height)
	fmt.Fprintf(&b, "\n<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:%s;white-space:pre}.b{font-weight:700}.c{fill:%s;font-family:sans-serif}", ink, faint)
	fmt.Fprintf(&b, ".s{transform:translateX(-%dpx);animation:film %.2fs step-end infinite}@media(prefers-reduced-motion){.s{animation:none}}@keyframes film{", longest*width, total)
	at := 0.0
	for i, s := range f.shots {
		fmt.Fprintf(&b, "%.3f%%{transform:translateX(-%dpx)}", 100*at/total, i*width)
		at += s.seconds
	}
	b.WriteString("}</style>\n<defs>\n")
	for i, row := range f.rows {
		fmt.Fprintf(&b, "<g id=\"r%d\">%s</g>\n", i, row)
	}
	fmt.Fprintf(&b, "</defs>\n<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"%s\"/>\n", width, height, paper)
	for i, ink := range []string{"#ff5f57", "#febc2e", "#28c840"} {
		fmt.Fprintf(&b, `<circle cx="%d" cy="17" r="6" fill="%s"/>`, 20+20*i, ink)
	}
	b.WriteString("\n<g class=\"s\">\n")
	for i, s := range f.shots {
		fmt.Fprintf(&b, "<g transform=\"translate(%d %d)\">", i*width+margin, bar)
		for y, row := range s.rows {
			if row >= 0 {
				fmt.Fprintf(&b, `<use href="#r%d" y="%d"/>`, row, y*cellHeight)
			}
		}
		if s.caption != "" {
			fmt.Fprintf(&b, `<text class="c" x="%d" y="%d" text-anchor="middle">%s</text>`, columns*cellWidth/2, rows*cellHeight+22, escaped(s.caption))
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

// drawRow draws a row of the screen: first what is behind, then the text.
func drawRow(screen *vt.Emulator, y int) string {
	var b strings.Builder
	for x := 0; x < columns; {
		end, style, text := span(screen, x, y)
		b.WriteString(drawSpan(x, end, style, text))
		x = end
	}
	return b.String()
}

// span are the cells from x on that look alike.
func span(screen *vt.Emulator, x, y int) (end int, style uv.Style, text string) {
	style = cell(screen, x, y).Style
	var b strings.Builder
	for end = x; end < columns; end++ {
		c := cell(screen, end, y)
		if !c.Style.Equal(&style) {
			break
		}
		if c.Width > 0 {
			b.WriteString(c.Content)
		}
	}
	return end, style, b.String()
}

func cell(screen *vt.Emulator, x, y int) uv.Cell {
	if c := screen.CellAt(x, y); c != nil {
		return *c
	}
	return uv.Cell{Content: " ", Width: 1}
}

func drawSpan(x, end int, style uv.Style, text string) string {
	var b strings.Builder
	front, back := hex(style.Fg, ink), hex(style.Bg, "")
	if style.Attrs&uv.AttrReverse != 0 {
		front, back = hex(style.Bg, paper), hex(style.Fg, ink)
	}
	if back != "" {
		fmt.Fprintf(&b, `<rect x="%d" width="%d" height="%d" fill="%s"/>`, x*cellWidth, (end-x)*cellWidth, cellHeight, back)
	}
	switch {
	case strings.Trim(text, " ") == "":
	case strings.Trim(text, "▀") == "": // a glyph would leave gaps
		fmt.Fprintf(&b, `<rect x="%d" width="%d" height="%d" fill="%s"/>`, x*cellWidth, (end-x)*cellWidth, cellHeight/2, front)
	default:
		bare := strings.TrimLeft(text, " ")
		x += len(text) - len(bare)
		bare = strings.TrimRight(bare, " ")
		fmt.Fprintf(&b, `<text x="%d" y="13" textLength="%d"`, x*cellWidth, ansi.StringWidth(bare)*cellWidth)
		if front != ink {
			fmt.Fprintf(&b, ` style="fill:%s"`, front)
		}
		if style.Attrs&uv.AttrBold != 0 {
			b.WriteString(` class="b"`)
		}
		if style.Underline != uv.UnderlineNone {
			b.WriteString(` text-decoration="underline"`)
		}
		fmt.Fprintf(&b, ">%s</text>", escaped(bare))
	}
	return b.String()
}

// hex is a colour as SVG writes it; none is what the terminal has by itself.
func hex(c color.Color, none string) string {
	switch c := c.(type) {
	case nil:
		return none
	case ansi.BasicColor:
		return palette[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return palette[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}
