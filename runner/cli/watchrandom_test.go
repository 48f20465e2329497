package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// desk is a project that somebody edits at random.
type desk struct {
	*testing.T
	dir    string
	random *rand.Rand
	saves  int
}

func (d *desk) path(name string) string  { return filepath.Join(d.dir, filepath.FromSlash(name)) }
func (d *desk) pick(of ...string) string { return of[d.random.IntN(len(of))] }

// save writes a file as one editor or another does.
func (d *desk) save(name, text string) {
	path := d.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		d.Fatal(err)
	}
	to := path
	switch d.random.IntN(3) {
	case 0: // beside it, then renamed over it
		to = path + ".tmp"
		defer func() { d.must(os.Rename(to, path)) }()
	case 1: // the old one becomes a backup
		if err := os.Rename(path, path+"~"); err == nil {
			defer func() { d.must(os.Remove(path + "~")) }()
		}
	}
	d.must(os.WriteFile(to, []byte(text), 0o644))
}

func (d *desk) must(err error) {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.Fatal(err)
	}
}

func (d *desk) color() string { return d.pick("red", "green", "blue") }

func (d *desk) spec(i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "suite: s%d\ninclude: ../defaults.yaml\ncases:\n", i)
	for k := range 1 + d.random.IntN(3) {
		fmt.Fprintf(&b, "  - {name: says %d, prompt: say %s, expect: [equals: %s]}\n", k, d.color(), d.color())
		fmt.Fprintf(&b, "  - {name: shows %d, image: ../images/%d.png, prompt: say red, expect: [equals: red]}\n", k, d.random.IntN(4))
	}
	b.WriteString("  - {name: \"row ${word}\", rows: ../rows.csv, prompt: \"say ${word}\", expect: [equals: red]}\n")
	b.WriteString("  - {name: prompted, prompt: {file: ../prompt.txt}, expect: [equals: red]}\n")
	b.WriteString("  - {name: included, prompt: \"say ${shade}\", expect: [equals: red]}\n")
	b.WriteString("  - {name: accepted, prompt: say red, expect: [golden]}\n")
	return b.String()
}

func (d *desk) project(mark string) string {
	return "version: 1\nbackends: {tiny: {plugin: fake, config: {mark: " + mark + "}}}\n"
}

func (d *desk) rows() string {
	words := []string{"red", "green", "blue", "grey"}
	d.random.Shuffle(len(words), func(i, k int) { words[i], words[k] = words[k], words[i] })
	return "word\n" + strings.Join(words[:1+d.random.IntN(3)], "\n") + "\n"
}

func (d *desk) image() string {
	data, err := os.ReadFile(d.path(d.pick("red.png", "blue.png", "text.png")))
	d.must(err)
	return string(data)
}

// fix writes anew what is wrong, and nothing else.
func (d *desk) fix() {
	for i := range 5 {
		name := fmt.Sprintf("specs/s%d.yaml", i)
		if text, _ := os.ReadFile(d.path(name)); strings.Contains(string(text), "promt") {
			d.save(name, d.spec(i))
		}
	}
}

// edit does one thing that a person may do. Mistakes are among them.
func (d *desk) edit() {
	i := d.random.IntN(5)
	spec := fmt.Sprintf("specs/s%d.yaml", i)
	switch d.random.IntN(13) {
	case 0, 1, 2:
		d.save(spec, d.spec(i))
	case 3:
		d.save(spec, "suite: s\ncases:\n  - {name: x, promt: oh}\n")
	case 4:
		d.must(os.Remove(d.path(spec)))
	case 5:
		d.save(fmt.Sprintf("images/%d.png", i), d.image())
	case 6:
		d.must(os.Remove(d.path(fmt.Sprintf("images/%d.png", i))))
	case 7:
		d.save("rows.csv", d.rows())
	case 8:
		d.save("prompt.txt", "say "+d.color())
	case 9:
		d.save("defaults.yaml", "vars: {shade: "+d.color()+"}\n")
	case 10:
		d.save(fmt.Sprintf("golden/s%d.yaml", i), fmt.Sprintf("s%d/accepted: {answers: [%s]}\n", i, d.color()))
	case 11:
		d.save("vlmspec.yaml", d.project(d.color()))
	case 12: // a folder is renamed, and back later on
		if err := os.Rename(d.path("images"), d.path("pictures")); err != nil {
			d.must(os.RemoveAll(d.path("images")))
			d.must(os.Rename(d.path("pictures"), d.path("images")))
		}
	}
}

// marks saves a spec that is new each time.
func (d *desk) marks() {
	d.saves++
	d.save("specs/zz.yaml", fmt.Sprintf("suite: zz\ncases:\n  - {name: \"mark %d\", prompt: say red, expect: [equals: red]}\n", d.saves))
}

// verdicts are the latest of every case, of all runs there were.
func (d *desk) verdicts() map[string]result.Outcome {
	dirs, err := filepath.Glob(d.path(".vlmspec/runs/*"))
	d.must(err)
	latest := map[string]result.Outcome{}
	for _, dir := range dirs { // names sort by time
		run, err := runs.ReadFolder(dir)
		if d.must(err); err != nil {
			continue // it begins just now
		}
		for _, c := range run.Cases {
			latest[c.ID] = c.Outcome
		}
	}
	return latest
}

// Somebody edits 200 times while watch runs. In the end every case stands as it
// does in a fresh run.
func TestWatchedAtRandom(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	d := &desk{T: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 1))}
	d.must(drawImages(d.dir))
	for i := range 4 {
		d.save(fmt.Sprintf("specs/s%d.yaml", i), d.spec(i))
		d.save(fmt.Sprintf("images/%d.png", i), d.image())
	}
	d.save("defaults.yaml", "vars: {shade: red}\n")
	d.save("rows.csv", d.rows())
	d.save("prompt.txt", "say red")
	d.save("vlmspec.yaml", d.project("x"))
	var out output
	watch := exec.Command("vlmspec", "watch", "-C", d.dir)
	watch.Stdout, watch.Stderr = &out, &out
	d.must(watch.Start())
	defer func() { _ = watch.Process.Kill() }()
	until := func(what string, reached func() bool) {
		for deadline := time.Now().Add(time.Minute); !reached(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("never %s:\n%s", what, out.tail())
			}
		}
	}
	until("started", func() bool { return out.count("-- ran") > 0 })
	for edits := 0; edits < 200; {
		said := out.count("\n-- ")
		for range 1 + d.random.IntN(6) {
			d.edit()
			edits++
		}
		if d.random.IntN(2) == 0 {
			d.fix()
		}
		d.marks()
		until("heard of an edit", func() bool { return out.count("\n-- ") > said })
	}
	d.must(os.RemoveAll(d.path("pictures")))
	d.fix()
	d.save("specs/zz.yaml", "suite: zz\ncases:\n  - {name: the end, prompt: say red, expect: [equals: red]}\n")
	until("done", func() bool {
		return (out.lastSays("-- ran") || out.lastSays("-- no case")) && d.verdicts()["zz/the-end"] != ""
	})
	watched := d.verdicts()
	d.must(watch.Process.Signal(os.Interrupt))
	_ = watch.Wait()
	d.must(os.RemoveAll(d.path(".vlmspec")))
	fresh, _ := exec.Command("vlmspec", "run", "-C", d.dir).CombinedOutput()
	want := d.verdicts()
	if want["zz/the-end"] == "" {
		t.Fatalf("a fresh run has %d cases:\n%s", len(want), fresh)
	}
	maps.DeleteFunc(watched, func(id string, _ result.Outcome) bool { return want[id] == "" }) // they are gone
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if watched[id] != want[id] {
			t.Errorf("%s: watch says %q, a fresh run %q", id, watched[id], want[id])
		}
	}
	if t.Failed() {
		t.Logf("%s", out.tail())
	}
}
