// Command recording plays vlmspec in a terminal and writes what is seen there as
// an animated SVG, the one in the README: `make recording`. The programs, the
// model and the screen are real; how long a picture stays is written in the
// script below. Start reading at play; film.go takes the pictures, svg.go draws
// them.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/vlmspec/vlmspec/runner/internal/terminal"
)

const (
	columns = 96
	rows    = 26
)

func main() {
	if err := record(); err != nil {
		fmt.Fprintln(os.Stderr, "recording:", err)
		os.Exit(1)
	}
}

// record plays the script in a copy of the example project and writes the SVG to
// standard output.
func record() error {
	dir, err := os.MkdirTemp("", "recording")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"fixtures", "golden"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(name)); err != nil {
			return err
		}
	}
	if err := prepare(dir); err != nil {
		return err
	}
	shell := exec.Command("bash", "--norc", "--noprofile")
	shell.Dir = dir
	shell.Env = []string{
		"PS1=$ ", "TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "HOME=" + dir,
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "BASH_SILENCE_DEPRECATION_WARNING=1",
	}
	t, err := terminal.Start(shell, columns, rows)
	if err != nil {
		return err
	}
	defer t.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s := &stage{ctx: ctx, t: t, dir: dir}
	s.play()
	if s.err != nil {
		return s.err
	}
	_, err = os.Stdout.WriteString(s.film.svg())
	return err
}

const (
	specFile = "specs/shapes.yaml"
	project  = `version: 1
specs: [specs/*.yaml]
backends:
  tiny:
    plugin: llamacpp
    config: {model: fixtures/models/shapes.gguf, mmproj: fixtures/models/shapes-mmproj.gguf}
`
	specs = `suite: shapes
vars: {dir: ../fixtures/shapes}
cases:
  - name: points at the square
    image: ${dir}/two-shapes.png
    prompt: Point to the blue square.
    expect: [keypoints: {targets: [[0.72, 0.34]], within: 0.08}]

  - name: describes the scene
    image: ${dir}/three-shapes.png
    prompt: Describe the image.
    expect: [golden]

  - name: names the colour
    image: ${dir}/red-circle.png
    prompt: What color is the circle?
    expect: [equals: red]
`
	accepted = "shapes/describes-the-scene:\n  answers: [a green triangle and an orange square]\n"
)

func prepare(dir string) error {
	if err := os.Remove(filepath.Join(dir, "golden", "descriptions.yaml")); err != nil {
		return err
	}
	for name, text := range map[string]string{"vlmspec.yaml": project, specFile: specs, "golden/shapes.yaml": accepted} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// play is the script.
func (s *stage) play() {
	s.until("$")
	s.types("vlmspec watch", 0.8)
	s.keys("\r")
	s.ends("1 failed, 2 passed · watching")
	s.hold(3.5, "the models stay loaded")
	s.edits("Point to the blue square.", "Point to the red circle.")
	s.ends("specs/shapes.yaml changed", "2 failed, 1 passed · watching")
	s.hold(5, "saved: the first case asks for the red circle; the answers of the others are cached")
	s.edits("[0.72, 0.34]", "[0.28, 0.6]")
	s.ends("specs/shapes.yaml changed", "1 failed, 2 passed · watching")
	s.hold(3.5, "saved: it expects the circle where it is")
	s.keys("i")
	s.until("1 of 1", "64×64", "history")
	s.hold(5, "i: review the answer that nobody has accepted, with the image in view")
	s.keys("l")
	s.until("similar")
	s.hold(2.5, "l: tolerances that it would pass with")
	s.keys("l")
	s.gone("similar")
	s.hold(0.8, "")
	s.keys("a")
	s.until("all reviewed")
	s.hold(2.5, "a: accepted, and written to golden/shapes.yaml")
	s.keys("q")
	s.ends("golden/shapes.yaml changed", "3 passed · watching")
	s.hold(5, "q: back to the watch, which runs what depends on the golden")
}

// edits changes a text in the spec, as an editor in another window would.
func (s *stage) edits(before, after string) {
	path := filepath.Join(s.dir, filepath.FromSlash(specFile))
	data, err := os.ReadFile(path)
	if err == nil && !bytes.Contains(data, []byte(before)) {
		err = fmt.Errorf("%q is not in %s", before, specFile)
	}
	if err == nil {
		err = os.WriteFile(path, bytes.Replace(data, []byte(before), []byte(after), 1), 0o644)
	}
	s.failed(err)
}
