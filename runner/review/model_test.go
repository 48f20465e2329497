package review

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/internal/yamledit"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/review/picture"
)

// memory is a store that records what is called.
type memory struct {
	items []Item
	log   []string
	fails error // for the next call
}

func (s *memory) Decide(i *Item, d Decision, o *Offer) error {
	if err := s.fails; err != nil {
		s.fails = nil
		return err
	}
	entry := string(d) + " " + i.Key
	if o != nil {
		for kind := range o.Tolerance {
			entry += " " + kind
		}
	}
	s.log = append(s.log, entry)
	return nil
}

func (s *memory) Undo() error {
	s.log = append(s.log, "undo")
	return s.fails
}

func (s *memory) Reload() ([]Item, error) { return slices.Clone(s.items), s.fails }

func items() []Item {
	return []Item{
		{
			Key: "s/one", CaseID: "s/one", Turn: 1, File: "specs/s.yaml", Line: 3, Backend: "tiny", Prompt: "<image>Describe the image.",
			Images: []result.Image{{Path: "red.png", Width: 8, Height: 8}, {Path: "gone.png"}}, Accepted: []string{"a red circle", "a crimson disc"},
			Answer: "a red square", Agree: 1, Samples: 1, Why: "answer is \"a red square\"",
			Offers:   []Offer{{"similar, at least 0.66", golden.Tolerance{"similar": 1}}, {"contains red", golden.Tolerance{"contains": 2}}},
			Overlays: []result.Overlay{{Found: []result.Shape{{Kind: "point", Points: [][2]float64{{0.5, 0.5}}}}}},
		},
		{
			Key: "s/two#2", CaseID: "s/two", Turn: 2, File: "specs/s.yaml", Line: 9, Backend: "tiny", Prompt: "And now?",
			Earlier: []Exchange{{"Hello", "hi"}}, Answer: "yes", Agree: 2, Samples: 5, Answers: []Said{{"yes", 2}, {"no", 2}, {"maybe", 1}},
		},
		{Key: "s/three", CaseID: "s/three", Turn: 1, Answer: "\x1b[31mred\x1b]0;title\x07", Agree: 1, Samples: 1},
	}
}

// seat is a model with a screen in front of it.
type seat struct {
	*model
	store *memory
	t     testing.TB
}

func sit(t testing.TB, columns, rows int) *seat {
	t.Helper()
	dir := t.TempDir()
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range 64 {
		img.Set(i%8, i/8, color.RGBA{R: 200, A: 255})
	}
	f, err := os.Create(filepath.Join(dir, "red.png"))
	if err := errors.Join(err, png.Encode(f, img), f.Close()); err != nil {
		t.Fatal(err)
	}
	store := &memory{items: items()}
	all, _ := store.Reload()
	m := newModel(Options{Store: store, Project: dir, Image: picture.Blocks, Getenv: func(string) string { return "" }}, all)
	s := &seat{m, store, t}
	s.send(tea.WindowSizeMsg{Width: columns, Height: rows})
	return s
}

// send gives a message, and what comes of it until nothing more does.
func (s *seat) send(msg tea.Msg) {
	for msg != nil {
		_, cmd := s.Update(msg)
		msg = nil
		if cmd != nil {
			msg = cmd()
		}
		if _, quits := msg.(tea.QuitMsg); quits {
			s.store.log = append(s.store.log, "quit")
			return
		}
	}
}

// press types keys by name, separated by blanks.
func (s *seat) press(keys string) {
	named := map[string]tea.Key{
		"enter": {Code: tea.KeyEnter}, "esc": {Code: tea.KeyEscape}, "down": {Code: tea.KeyDown}, "up": {Code: tea.KeyUp}, "tab": {Code: tea.KeyTab},
		"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "backspace": {Code: tea.KeyBackspace}, "pgdown": {Code: tea.KeyPgDown},
		"pgup": {Code: tea.KeyPgUp}, "space": {Code: tea.KeySpace, Text: " "}, "ctrl+c": {Code: 'c', Mod: tea.ModCtrl}, "ctrl+u": {Code: 'u', Mod: tea.ModCtrl},
		"shift+tab": {Code: tea.KeyTab, Mod: tea.ModShift},
	}
	for k := range strings.FieldsSeq(keys) {
		key, ok := named[k]
		if !ok {
			key = tea.Key{Code: []rune(k)[0], Text: k}
		}
		s.send(tea.KeyPressMsg(key))
	}
}

// screen is what is to be read, without colours.
func (s *seat) screen() string { return ansi.Strip(s.View().Content) }

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		name, keys string
		log        string // the calls of the store
		shows      string // on the screen, after
	}{
		{"accept goes on to the next", "a", "accept s/one", "s/two#2"},
		{"enter accepts", "enter", "accept s/one", "accepted s/one; u takes it back"},
		{"alternative", "A", "alternative s/one", "1 accepted as alternative"},
		{"plus is alternative", "+", "alternative s/one", "s/two#2"},
		{"reject", "r", "reject s/one", "1 rejected"},
		{"skip writes nothing", "s", "", "1 skipped"},
		{"space skips", "space", "", "s/two#2"},
		{"a skipped answer can be accepted", "s p a", "accept s/one", "1 accepted"},
		{"loosen offers", "l", "", "1  similar, at least 0.66"},
		{"loosen by number", "l 2", "loosen s/one contains", "1 loosened"},
		{"loosen, a number that is not offered", "l 3", "", "2  contains red"},
		{"loosen, left", "l esc", "", "a red circle"},
		{"loosen without offers", "n l", "", "no tolerance would pass it"},
		{"minority is asked about", "n a", "", "only 2 of 5 samples say this. Go on? y/n"},
		{"minority, yes", "n a y", "accept s/two#2", "accepted s/two#2"},
		{"minority, no", "n a n", "", "left as it is"},
		{"minority, other keys wait", "n a x", "", "Go on? y/n"},
		{"minority can be rejected at once", "n r", "reject s/two#2", "1 rejected"},
		{"undo goes back", "a u", "accept s/one,undo", "taken back: s/one"},
		{"undo twice", "a n a u u", "accept s/one,accept s/three,undo,undo", "taken back: s/one"},
		{"undo a skip calls no store", "s u", "", "taken back: s/one"},
		{"undo nothing", "u", "", "there is nothing to take back"},
		{"decided is decided", "a p a", "accept s/one", "this one is accepted; u takes the last decision back"},
		{"next", "n", "", "2 of 3"},
		{"next around", "n n tab", "", "1 of 3"},
		{"previous around", "p", "", "3 of 3"},
		{"previous", "right left", "", "1 of 3"},
		{"all reviewed", "a r a", "accept s/one,reject s/two#2,accept s/three", "all reviewed: 2 accepted, 1 rejected; u takes"},
		{"filter", "/ t h r e e", "", "1 of 1"},
		{"filter by an earlier text", "/ c r i m", "", "s/one"},
		{"filter, nothing", "/ z z", "", "No answer has this text"},
		{"filter, backspace", "/ z backspace", "", "1 of 3"},
		{"filter, cleared", "/ z z esc", "", "1 of 3"},
		{"filter, cleared later", "/ t h r e e enter esc", "", "3 of 3"},
		{"filter, emptied", "/ z z ctrl+u", "", "1 of 3"},
		{"filter takes keys as text", "/ a", "", "/a"},
		{"filter, then accept", "/ t h r e e enter a", "accept s/three", "accepted s/three; u takes it back"},
		{"decide nothing", "/ z z enter a", "", "there is nothing to decide here"},
		{"no overlay", "n o", "", "there are no points or boxes to draw here"},
		{"other image", "i", "", "gone.png is gone"},
		{"other image, around", "i i", "", "red.png 8×8"},
		{"no other image", "n i", "", "the case shows no other image"},
		{"help", "?", "", "choose a tolerance that it passes with"},
		{"help closes", "? a", "", "a red circle"},
		{"unknown", "x", "", "x does nothing; ? lists the keys"},
		{"quit", "q", "quit", "1 of 3"},
		{"quit by ctrl+c from a question", "n a ctrl+c", "quit", "2 of 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sit(t, 100, 30)
			s.press(test.keys)
			if got := strings.Join(s.store.log, ","); got != test.log {
				t.Errorf("the store was called with %q, want %q", got, test.log)
			}
			if got := s.screen(); !strings.Contains(got, test.shows) {
				t.Errorf("%q is not on the screen:\n%s", test.shows, got)
			}
		})
	}
}

// Whatever the size of the window, the screen fits into it and keeps what
// matters on it.
func TestSizes(t *testing.T) {
	for _, columns := range []int{1, 2, 5, 13, 20, 39, 40, 59, 60, 100} {
		for _, rows := range []int{1, 2, 3, 5, 8, 11, 12, 19, 24, 50} {
			s := sit(t, columns, rows)
			for _, keys := range []string{"", "n", "? x", "?", "x l", "l pgdown pgdown down up pgup", "/ o n e enter", "n a"} {
				s.press(keys)
				lines := strings.Split(s.View().Content, "\n")
				if len(lines) > rows {
					t.Fatalf("%d×%d after %q: %d lines", columns, rows, keys, len(lines))
				}
				for _, line := range lines {
					if w := ansi.StringWidth(line); w > columns {
						t.Fatalf("%d×%d after %q: a line of %d columns: %q", columns, rows, keys, w, ansi.Strip(line))
					}
				}
			}
		}
	}
}

func TestNarrow(t *testing.T) {
	s := sit(t, 20, 24)
	for _, text := range []string{"review  1 of 3", "s/one", "▀▀▀", "red.png 8×8", "prompt", "? help  q quit"} {
		if !strings.Contains(s.screen(), text) {
			t.Errorf("%q is not on the screen:\n%s", text, s.screen())
		}
	}
	s.press("pgdown pgdown")
	if !strings.Contains(s.screen(), "a red square") {
		t.Errorf("the answer is not on the screen:\n%s", s.screen())
	}
}

// What a model says is text, whatever it says.
func TestUntrusted(t *testing.T) {
	s := sit(t, 100, 30)
	s.press("p")
	if content := s.View().Content; strings.Contains(content, "\x1b]") || !strings.Contains(content, `\x1b[31mred\x1b]0;title\x07`) {
		t.Errorf("an answer reached the terminal: %q", content)
	}
}

func TestEditedMeanwhile(t *testing.T) {
	s := sit(t, 100, 30)
	s.store.items[0].Accepted = []string{"a purple circle"}
	s.store.fails = &yamledit.ChangedError{File: "golden/s.yaml"}
	s.press("a")
	for _, text := range []string{"golden/s.yaml was edited meanwhile and is read again. Still accept? y/n", "a purple circle"} {
		if !strings.Contains(s.screen(), text) {
			t.Errorf("%q is not on the screen:\n%s", text, s.screen())
		}
	}
	if s.store.log != nil {
		t.Errorf("the store was called with %q before anybody was asked", s.store.log)
	}
	s.press("y")
	if got := strings.Join(s.store.log, ","); got != "accept s/one" {
		t.Errorf("the store was called with %q", got)
	}
}

func TestEditedMeanwhileAndGone(t *testing.T) {
	s := sit(t, 100, 30)
	s.store.items = s.store.items[1:]
	s.store.fails = &yamledit.ChangedError{File: "golden/s.yaml"}
	s.press("a")
	if !strings.Contains(s.screen(), "s/one is no longer there") || !strings.Contains(s.screen(), "1 of 2") {
		t.Errorf("the screen:\n%s", s.screen())
	}
}

func TestCannotWrite(t *testing.T) {
	for _, test := range []struct{ name, before, keys, shows string }{
		{"accept", "", "a", "golden/s.yaml cannot be written: no space left on device"},
		{"undo", "a", "u", "not taken back: golden/s.yaml cannot be written: no space left on device"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sit(t, 100, 30)
			s.press(test.before)
			s.store.fails = errors.New("golden/s.yaml cannot be written: no space left on device")
			s.press(test.keys)
			if !strings.Contains(s.screen(), test.shows) {
				t.Errorf("%q is not on the screen:\n%s", test.shows, s.screen())
			}
			s.store.fails = nil
			s.press(test.keys)
			if !strings.Contains(s.screen(), "s/one") || strings.Contains(s.screen(), "cannot be written") {
				t.Errorf("a second try shows:\n%s", s.screen())
			}
		})
	}
}

func TestHistory(t *testing.T) {
	s := sit(t, 100, 30)
	s.send(historyMsg{"s/one": {result.Passed, result.Failed, result.Error, result.Stale, result.XFailed}})
	if !strings.Contains(s.screen(), "history   ✓✗!~✓") {
		t.Errorf("the screen:\n%s", s.screen())
	}
}

// A picture that was asked for before the last one comes too late.
func TestLatePicture(t *testing.T) {
	s := sit(t, 100, 30)
	_, late := s.Update(tea.KeyPressMsg{Code: 'i', Text: "i"})
	s.press("i")
	s.send(late())
	if !strings.Contains(s.screen(), "red.png 8×8") {
		t.Errorf("the screen:\n%s", s.screen())
	}
}

func TestRubbishImage(t *testing.T) {
	s := sit(t, 100, 30)
	if err := os.WriteFile(filepath.Join(s.Project, "red.png"), []byte("rubbish"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.press("n p")
	if screen := s.screen(); strings.Contains(screen, "▀") || !strings.Contains(screen, "red.png: ") {
		t.Errorf("the screen:\n%s", screen)
	}
}

// BenchmarkNext goes to the next of 10,000 answers, image and all.
func BenchmarkNext(b *testing.B) {
	s := sit(b, 120, 40)
	for i := range 10_000 {
		item := items()[0]
		item.Key = fmt.Sprintf("s/case-%d", i)
		s.items = append(s.items, item)
	}
	s.refilter()
	for b.Loop() {
		s.press("n")
		s.View()
	}
}
