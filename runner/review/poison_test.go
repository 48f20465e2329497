package review

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/runner/golden"
	"github.com/vlmspec/vlmspec/runner/result"
)

// poison is what a terminal would obey: a title, a bell, C1's CSI, a cleared screen,
// text that runs the other way.
const poison = "A\x1b]0;owned\x07B\u009b2JC\x1b[2JD\u202eE"

// poisoned puts poison into every string below a value, however it is reached; maps
// get it as keys, too.
func poisoned(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(v.String() + poison)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			poisoned(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poisoned(v.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			poisoned(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			poisoned(value)
			v.SetMapIndex(key, value)
		}
	}
}

// Nothing that a model, a file or a person named reaches the terminal as a command,
// whatever is shown and however large the screen is.
func TestTheScreenObeysNothing(t *testing.T) {
	all := items()
	all[0].History = []result.Outcome{result.Failed, result.Passed}
	all[0].Stale = true
	all[0].Commands = map[Decision]string{Accept: "vlmspec accept s/one"}
	all[1].Images = []result.Image{{Path: "red.png", Width: 8, Height: 8}}
	all[1].Accepted = []string{"no", "never"}
	all[1].Offers = []Offer{{"contains yes", golden.Tolerance{"contains": 1}}}
	poisoned(reflect.ValueOf(all))
	for _, columns := range []int{80, 40, 20} {
		s := sit(t, columns, 24)
		s.store.items = all
		s.items = all
		for _, keys := range []string{"", "?", "esc", "n", "tab", "d", "n", "/ A", "enter", "esc", "p", "l", "1", "esc", "a", "u", "A", "r", "s", "R", "pgdown", "pgup", "right", "left", "q"} {
			s.press(keys)
			view := s.View()
			for what, bad := range map[string]string{"a title": "\x1b]0;", "a bell": "\x07", "C1": "\u009b", "a cleared screen": "\x1b[2J", "direction": "\u202e"} {
				if strings.Contains(view.Content, bad) || strings.Contains(view.WindowTitle, bad) {
					t.Fatalf("after %q at %d columns: %s reaches the terminal in\n%q", keys, columns, what, view.Content)
				}
			}
		}
	}
	s := sit(t, 80, 24)
	s.items = all
	if s.press("n p"); !strings.Contains(s.screen(), `\x1b`) {
		t.Errorf("what was left out is not shown:\n%s", s.screen())
	}
}
