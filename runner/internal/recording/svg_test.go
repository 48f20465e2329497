package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/vt"
)

func shot1(t *testing.T, film *film, text string, seconds float64) {
	t.Helper()
	screen := vt.NewEmulator(columns, rows)
	if _, err := screen.WriteString(text); err != nil {
		t.Fatal(err)
	}
	film.shoot(screen, seconds, "a <caption>")
}

func TestSVG(t *testing.T) {
	var film film
	shot1(t, &film, "plain \x1b[1;31mred & bold\x1b[0m\r\n\x1b[38;2;1;2;3;48;2;4;5;6m▀▀\x1b[0m\r\n\x1b[4;7mturned\x1b[0m", 1)
	shot1(t, &film, "plain \x1b[1;31mred & bold\x1b[0m\r\n\x1b[38;5;9mbright", 3)
	svg := film.svg()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
	for _, want := range []string{
		`<text x="0" y="13" textLength="40">plain</text><text x="48" y="13" textLength="80" style="fill:#ff7b72" class="b">red &amp; bold</text>`,
		`<rect x="0" width="16" height="18" fill="#040506"/><rect x="0" width="16" height="9" fill="#010203"/>`,
		`<rect x="0" width="48" height="18" fill="#d6d9df"/><text x="0" y="13" textLength="48" style="fill:#16181d" text-decoration="underline">turned</text>`,
		`style="fill:#ffa198">bright</text>`,
		`>a &lt;caption&gt;</text>`,
		`animation:film 4.00s`,
		`25.000%{transform:translateX(-796px)}`,
		`.s{transform:translateX(-796px);`, // the picture that stays longest
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%q is not in\n%s", want, svg)
		}
	}
	if n := strings.Count(svg, "red &amp; bold"); n != 1 {
		t.Errorf("a row that both pictures have is drawn %d times", n)
	}
}
