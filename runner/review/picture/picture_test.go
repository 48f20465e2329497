package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/kitty"
	"github.com/charmbracelet/x/ansi/sixel"

	"github.com/vlmspec/vlmspec/runner/result"
)

func TestTerminal(t *testing.T) {
	sixels := uv.PrimaryDeviceAttributesEvent{62, 4, 22}
	for _, test := range []struct {
		name   string
		env    string
		chosen Protocol
		events []any
		want   Protocol
		asks   bool
	}{
		{"nothing known", "TERM=xterm-256color", Auto, nil, Blocks, true},
		{"kitty by TERM", "TERM=xterm-kitty", Auto, nil, Kitty, true},
		{"ghostty by TERM", "TERM=xterm-ghostty", Auto, nil, Kitty, true},
		{"iTerm2", "TERM_PROGRAM=iTerm.app", Auto, nil, ITerm, true},
		{"iTerm2 over ssh", "LC_TERMINAL=iTerm2", Auto, nil, ITerm, true},
		{"iTerm2 by name", "", Auto, []any{"iTerm2 3.5.0"}, ITerm, true},
		{"another name", "", Auto, []any{"XTerm(388)"}, Blocks, true},
		{"sixels by attributes", "", Auto, []any{sixels}, Sixel, true},
		{"no sixels", "", Auto, []any{uv.PrimaryDeviceAttributesEvent{62, 22}}, Blocks, true},
		{"kitty answers", "", Auto, []any{uv.KittyGraphicsEvent{Payload: []byte("OK")}}, Kitty, true},
		{"kitty refuses", "", Auto, []any{uv.KittyGraphicsEvent{Payload: []byte("EINVAL")}}, Blocks, true},
		{"kitty before sixels", "", Auto, []any{uv.KittyGraphicsEvent{Payload: []byte("OK")}, sixels}, Kitty, true},
		{"iTerm2 before sixels", "TERM_PROGRAM=iTerm.app", Auto, []any{sixels}, ITerm, true},
		{"tmux", "TMUX=/tmp/1 TERM_PROGRAM=iTerm.app", Auto, nil, Blocks, false},
		{"screen", "TERM=screen-256color", Auto, nil, Blocks, false},
		{"no colours", "NO_COLOR=1", Auto, nil, None, true},
		{"no colours, but pixels", "NO_COLOR=1", Auto, []any{sixels}, Sixel, true},
		{"chosen", "TERM=xterm-kitty", Blocks, nil, Blocks, false},
		{"turned off", "TERM=xterm-kitty", None, nil, None, false},
		{"chosen in tmux", "TMUX=/tmp/1", Sixel, nil, Sixel, true},
		{"chosen stays", "", Sixel, []any{uv.KittyGraphicsEvent{Payload: []byte("OK")}}, Sixel, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := map[string]string{}
			for field := range strings.FieldsSeq(test.env) {
				k, v, _ := strings.Cut(field, "=")
				env[k] = v
			}
			term := NewTerminal(test.chosen, func(k string) string { return env[k] })
			if asks := term.Question() != ""; asks != test.asks {
				t.Errorf("asks the terminal: %v, want %v", asks, test.asks)
			}
			for _, e := range test.events {
				if name, ok := e.(string); ok {
					term.Named(name)
				} else {
					term.Answered(e)
				}
			}
			if got := term.Protocol(); got != test.want {
				t.Errorf("shows images by %s, want %s", got, test.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	if p, err := Parse("sixel"); p != Sixel || err != nil {
		t.Errorf("sixel is %q, %v", p, err)
	}
	if _, err := Parse("ascii"); err == nil || err.Error() != `"ascii" is no way to show an image; there are auto, kitty, iterm, sixel, blocks, none` {
		t.Errorf("ascii: %v", err)
	}
}

// quarters writes an image of four colours, 4 x 4 pixels.
func quarters(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	inks := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}
	for i := range 16 {
		img.Set(i%4, i/4, inks[i%4/2+i/8*2])
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "quarters.png")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func draw(t *testing.T, p Protocol, columns, rows int) Picture {
	t.Helper()
	term := NewTerminal(p, func(string) string { return "" })
	term.Answered(uv.CellSizeEvent{Width: 10, Height: 20})
	made, err := Draw(quarters(t), &result.Overlay{}, term, columns, rows)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestHalfBlocks(t *testing.T) {
	got := draw(t, Blocks, 2, 8)
	if len(got.Lines) != 1 || got.Pixels != "" {
		t.Fatalf("%d lines, pixels %q", len(got.Lines), got.Pixels)
	}
	want := "\x1b[0m\x1b[38;2;255;0;0;48;2;0;0;255m▀\x1b[0m\x1b[38;2;0;255;0;48;2;255;255;255m▀\x1b[0m"
	if got.Lines[0] != want {
		t.Errorf("drew %q, want %q", got.Lines[0], want)
	}
}

func TestNone(t *testing.T) {
	if got := draw(t, None, 10, 10); got.Lines != nil || got.Pixels != "" {
		t.Errorf("drew %v", got)
	}
}

// Each protocol's pixels are decoded again: size and colours must be there.
func TestPixels(t *testing.T) {
	const columns, rows = 6, 4 // 60 x 80 pixels: the image becomes 60 x 60, in 3 rows
	for _, test := range []struct {
		protocol Protocol
		decode   func(t *testing.T, sequence string) image.Image
	}{
		{Kitty, decodeKitty},
		{ITerm, decodeITerm},
		{Sixel, decodeSixel},
	} {
		t.Run(string(test.protocol), func(t *testing.T) {
			got := draw(t, test.protocol, columns, rows)
			if len(got.Lines) != 3 || ansi.StringWidth(got.Lines[0]) != columns || strings.Trim(strings.Join(got.Lines, ""), " ") != "" {
				t.Errorf("lines are %q", got.Lines)
			}
			img := test.decode(t, got.Pixels)
			if size := img.Bounds().Size(); size != image.Pt(60, 60) {
				t.Errorf("size is %v", size)
			}
			for at, want := range map[image.Point][3]uint32{{5, 5}: {1, 0, 0}, {55, 5}: {0, 1, 0}, {5, 55}: {0, 0, 1}, {55, 55}: {1, 1, 1}} {
				r, g, b, _ := img.At(at.X, at.Y).RGBA()
				if got := [3]uint32{r >> 15, g >> 15, b >> 15}; got != want {
					t.Errorf("at %v the colour is %v, want %v", at, got, want)
				}
			}
		})
	}
}

func decodeKitty(t *testing.T, sequence string) image.Image {
	t.Helper()
	var data strings.Builder
	for _, m := range regexp.MustCompile(`\x1b_G([^;]*);([^\x1b]*)\x1b\\`).FindAllStringSubmatch(sequence, -1) {
		if data.Len() == 0 && (!strings.Contains(m[1], "a=T") || !strings.Contains(m[1], "c=6") || !strings.Contains(m[1], "r=3") || !strings.Contains(m[1], "C=1")) {
			t.Errorf("options are %q", m[1])
		}
		data.WriteString(m[2])
	}
	img, err := (&kitty.Decoder{Format: kitty.PNG}).Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data.String())))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func decodeITerm(t *testing.T, sequence string) image.Image {
	t.Helper()
	options, data, _ := strings.Cut(sequence, ":")
	if !strings.HasPrefix(options, "\x1b]1337;File=") || !strings.Contains(options, "width=6;height=3") || !strings.Contains(options, "inline=1") {
		t.Errorf("options are %q", options)
	}
	img, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(strings.TrimSuffix(data, "\x07"))))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func decodeSixel(t *testing.T, sequence string) image.Image {
	t.Helper()
	_, data, _ := strings.Cut(strings.TrimSuffix(sequence, "\x1b\\"), "q")
	img, err := new(sixel.Decoder).Decode(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// Whatever is written, the picture lies over it, until another takes its place
// or the program leaves the screen.
func TestScreen(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "screen")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := NewScreen(f)
	at := 0
	writes := func(frame, want string) {
		t.Helper()
		if n, err := s.Write([]byte(frame)); n != len(frame) || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if got := string(data[at:]); got != want {
			t.Errorf("wrote %q, want %q", got, want)
		}
		at = len(data)
	}
	const before, after = "\x1b[?2026h\x1b7\x1b[3;5H", "\x1b8\x1b[?2026l"
	writes("a", "a")
	s.Show(Picture{Pixels: "ONE", remove: "-ONE"}, 4, 2)
	writes("b", "b"+before+"ONE"+after)
	writes("c", "c"+before+"ONE"+after)
	s.Show(Picture{Pixels: "TWO", remove: "-TWO"}, 4, 2)
	writes("d", "-ONE"+"d"+before+"TWO"+after)
	writes("\x1b[?1049l", "-TWO\x1b[?1049l")
	s.Show(Picture{}, 0, 0)
	writes("e", "-TWOe")
	writes("f", "f")
}
