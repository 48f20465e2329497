package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	pty "github.com/vlmspec/vlmspec/runner/internal/terminal"
)

// reviewed is a project with a review of it open in a terminal.
type reviewed struct {
	*pty.Terminal
	t   *testing.T
	dir string
}

// reviewing writes a project, runs it, and opens the review.
func reviewing(t *testing.T, env []string, flags ...string) *reviewed {
	t.Helper()
	t.Setenv("CI", "") // with it a run leaves nothing to review
	r := &reviewed{t: t, dir: t.TempDir()}
	if err := drawImages(r.dir); err != nil {
		t.Fatal(err)
	}
	r.write("vlmspec.yaml", "version: 1\nbackends: {tiny: {plugin: fake}}\n")
	r.write("specs/s.yaml", `suite: s
cases:
  - {name: one, image: ../red.png, prompt: say a red circle, expect: [golden]}
  - {name: two, image: ../blue.png, prompt: "say the point is (0.25, 0.75)", expect: [golden]}
  - {name: wavers, prompt: even, repeat: 2, expect: [golden]}
`)
	r.write("golden/s.yaml", "# Ours.\ns/one:\n  answers: [a blue circle]\n")
	run := exec.Command("vlmspec", "run")
	run.Dir = r.dir
	if out, err := run.CombinedOutput(); err == nil {
		t.Fatalf("every golden passed:\n%s", out)
	}
	cmd := exec.Command("vlmspec", append([]string{"review"}, flags...)...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "COLORTERM=truecolor", "CI=", "NO_COLOR=", "TMUX=")
	cmd.Env = append(cmd.Env, env...)
	var err error
	if r.Terminal, err = pty.Start(cmd, 100, 30); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func (r *reviewed) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *reviewed) golden() string {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, "golden", "s.yaml"))
	if err != nil {
		r.t.Fatal(err)
	}
	return string(data)
}

// sees waits until all texts are on the screen.
func (r *reviewed) sees(texts ...string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), pty.Patience)
	defer cancel()
	if err := r.Await(ctx, pty.Shows(texts...)); err != nil {
		r.t.Fatalf("waiting for %q: %v", texts, err)
	}
}

// types sends keys and waits for what they bring about.
func (r *reviewed) types(keys string, texts ...string) {
	r.t.Helper()
	if err := r.Type(keys); err != nil {
		r.t.Fatal(err)
	}
	r.sees(texts...)
}

// quits ends the review, and wants it to end well.
func (r *reviewed) quits(texts ...string) {
	r.t.Helper()
	if err := r.Type("q"); err != nil {
		r.t.Fatal(err)
	}
	if code, err := r.Wait(); code != 0 || err != nil {
		r.t.Fatalf("ended with %d, %v; the screen was:\n%s", code, err, r.Screen())
	}
	r.sees(texts...)
}

func TestReviewAcceptsAndTakesBack(t *testing.T) {
	r := reviewing(t, nil)
	before := r.golden()
	r.sees("review  1 of 3", "s/two", "▀▀▀", "blue.png 16×16", "say the point is (0.25, 0.75)", "nothing yet")
	r.types("a", "accepted s/two; u takes it back", "2 of 3", "s/wavers", "1 of 2 say this")
	if golden := r.golden(); !strings.Contains(golden, "# Ours.\ns/one:") || !strings.Contains(golden, "the point is (0.25, 0.75)") {
		t.Errorf("the golden is\n%s", golden)
	}
	r.types("u", "taken back: s/two", "1 of 3", "s/two")
	if golden := r.golden(); golden != before {
		t.Errorf("the golden is no longer what it was:\n%s", golden)
	}
	r.types("p", "3 of 3", "s/one", "accepted  a blue circle", "new       a red circle", "history   ✗")
	r.types("A", "1 accepted as alternative")
	r.quits("1 accepted as alternative; 2 of 3 left")
	if golden := r.golden(); !strings.Contains(golden, "a blue circle") || !strings.Contains(golden, "a red circle") {
		t.Errorf("the golden is\n%s", golden)
	}
}

func TestReviewAsksAboutMinorities(t *testing.T) {
	r := reviewing(t, nil, "wavers")
	r.sees("1 of 1", "s/wavers", "1 of 2 say this")
	r.types("a", "only 1 of 2 samples say this. Go on? y/n")
	r.types("n", "left as it is")
	r.types("a", "Go on? y/n")
	r.types("y", "accepted s/wavers")
	r.quits("1 accepted")
}

func TestReviewLoosens(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("1 of 1", "a blue circle")
	r.types("l", "Let the case pass with one of these?", "a red circle", "1  similar: at least 0.66 (ROUGE-L)")
	r.types("1", "loosened s/one")
	r.quits("1 loosened")
	again := exec.Command("vlmspec", "run", "-k", "s/one")
	again.Dir = r.dir
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("the loosened golden does not pass: %v\n%s", err, out)
	}
}

func TestReviewGoldenEditedMeanwhile(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("1 of 1", "a blue circle")
	const edited = "# Mine, by hand.\ns/one:\n  answers: [a purple circle]\n"
	r.write("golden/s.yaml", edited)
	r.types("a", "golden/s.yaml was edited meanwhile and is read again. Still accept? y/n", "a purple circle")
	r.types("n", "left as it is")
	if golden := r.golden(); golden != edited {
		t.Errorf("the golden was overwritten:\n%s", golden)
	}
	r.types("A", "1 accepted as alternative")
	r.quits("1 accepted as alternative")
	golden := r.golden()
	for _, text := range []string{"# Mine, by hand.", "a purple circle", "a red circle"} {
		if !strings.Contains(golden, text) {
			t.Errorf("%q is not in the golden:\n%s", text, golden)
		}
	}
}

func TestReviewTakesNoEditBack(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("1 of 1", "▀▀▀")
	r.types("a", "accepted s/one")
	const edited = "# Mine, by hand.\ns/one:\n  answers: [a purple circle]\n"
	r.write("golden/s.yaml", edited)
	r.types("u", "not taken back: golden/s.yaml has changed on disk since it was read; nothing was written")
	r.quits()
	if golden := r.golden(); golden != edited {
		t.Errorf("the golden was overwritten:\n%s", golden)
	}
}

func TestReviewGoldenWithMistakeMeanwhile(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("1 of 1")
	r.write("golden/s.yaml", "<<<<<<< ours\n")
	r.types("a", "golden/s.yaml:1: a merge conflict was not resolved here")
	r.write("golden/s.yaml", "s/one:\n  answers: [a blue circle]\n")
	r.types("a", "Still accept? y/n")
	r.types("y", "1 accepted")
	r.quits()
}

func TestReviewCannotWrite(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("1 of 1")
	if err := os.Rename(filepath.Join(r.dir, "golden"), filepath.Join(r.dir, "away")); err != nil {
		t.Fatal(err)
	}
	r.write("golden", "a file where the folder was")
	r.types("a", "golden/s.yaml cannot be written: not a directory; it is as it was")
	r.types("?", "any key closes this") // it is still there
	r.types("x", "s/one")
	if err := os.Remove(filepath.Join(r.dir, "golden")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(r.dir, "away"), filepath.Join(r.dir, "golden")); err != nil {
		t.Fatal(err)
	}
	r.types("a", "1 accepted")
	r.quits("1 accepted")
}

func TestReviewInAnySize(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("▀▀▀")
	for _, size := range [][2]int{{20, 24}, {20, 8}, {1, 1}, {200, 60}, {20, 20}} {
		if err := r.Resize(size[0], size[1]); err != nil {
			t.Fatal(err)
		}
	}
	r.sees("review  1 of 1", "s/one", "? help  q quit")
	r.types("?", "accept the new")
	r.types("?", "prompt")
	r.types("\x1b[6~", "a blue circle") // page down
	r.types("a", "accepted s/one")
	r.quits()
}

func TestReviewImageGoneOrRubbish(t *testing.T) {
	r := reviewing(t, nil, "s/one")
	r.sees("▀▀▀", "red.png 8×8")
	r.write("red.png", "rubbish")
	r.types("i", "the case shows no other image")
	r.types("/x\x7f\r", "red.png: ")
	if err := os.Remove(filepath.Join(r.dir, "red.png")); err != nil {
		t.Fatal(err)
	}
	r.types("/x\x7f\r", "red.png is gone")
	r.types("a", "1 accepted")
	r.quits()
}

func TestReviewImageProtocols(t *testing.T) {
	for _, test := range []struct {
		name       string
		env, flags []string
		raw        string // in what the program wrote
		not        string
	}{
		{"half-blocks", nil, nil, "▀", "a=T"},
		{"half-blocks in 256 colours", []string{"COLORTERM="}, nil, "\x1b[38;5;", "38;2;"},
		{"kitty", nil, []string{"--image=kitty"}, "a=T", "▀"},
		{"iTerm2", nil, []string{"--image=iterm"}, "\x1b]1337;File=", "▀"},
		{"sixels", []string{"VLMSPEC_IMAGE=sixel"}, nil, "\x1bP0;1q", "▀"},
		{"none", nil, []string{"--image=none"}, "", "▀"},
		{"no colours", []string{"NO_COLOR=1"}, nil, "", "▀"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := reviewing(t, test.env, append(test.flags, "s/one")...)
			r.sees("1 of 1", "new       a red circle")
			if test.raw != "" {
				r.sees("red.png 8×8")
			}
			r.types("?", "any key closes this")
			r.types("?", "prompt")
			r.quits()
			raw := r.Raw()
			if !strings.Contains(raw, test.raw) {
				t.Errorf("%q was not written", test.raw)
			}
			if strings.Contains(raw, test.not) {
				t.Errorf("%q was written", test.not)
			}
			if test.name == "no colours" && strings.Contains(raw, "\x1b[38;") {
				t.Error("colours were written")
			}
		})
	}
}

// What a terminal answers takes the place of half-blocks.
func TestReviewAsksTheTerminal(t *testing.T) {
	for _, test := range []struct{ name, answer, raw string }{
		{"kitty", "\x1b_Gi=7260;OK\x1b\\", "a=T"},
		{"sixels", "\x1b[?62;4c", "\x1bP0;1q"},
		{"iTerm2", "\x1bP>|iTerm2 3.5.0\x1b\\", "\x1b]1337;File="},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := reviewing(t, nil, "s/one")
			r.sees("▀▀▀", "red.png 8×8")
			if err := r.Type(test.answer); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), pty.Patience)
			defer cancel()
			err := r.Await(ctx, func(screen string) bool {
				return !strings.Contains(screen, "▀") && strings.Contains(r.Raw(), test.raw)
			})
			if err != nil {
				t.Fatal(err)
			}
			r.quits()
		})
	}
}
