package cli

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// built is the built vlmspec; a benchmark without one is left out.
func built(b *testing.B) string {
	b.Helper()
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	return filepath.Join(bin, "vlmspec")
}

// watchProcess is a `vlmspec watch` that is measured.
type watchProcess struct {
	*testing.B
	*exec.Cmd
	out  output
	runs int
}

func startWatch(b *testing.B, dir string) *watchProcess {
	b.Helper()
	w := &watchProcess{B: b, Cmd: exec.Command(built(b), "watch", "-C", dir)}
	w.Stdout, w.Stderr = &w.out, &w.out
	if err := w.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = w.Process.Signal(os.Interrupt)
		_ = w.Wait()
	})
	return w
}

// until waits until a text has come n times.
func (w *watchProcess) until(text string, n int) {
	w.Helper()
	for deadline := time.Now().Add(2 * time.Minute); w.out.count(text) < n; time.Sleep(time.Millisecond / 2) {
		if time.Now().After(deadline) {
			w.Fatalf("%q came %d times, not %d:\n%s", text, w.out.count(text), n, w.out.tail())
		}
	}
}

// next waits for the next run to have ended.
func (w *watchProcess) next() {
	w.runs++
	w.until("-- ran ", w.runs)
}

// edits saves a file that a case shows, so many times, and returns how long each
// took until its verdict was reported.
func (w *watchProcess) edits(file, verdict string, n int) []time.Duration {
	data, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	took := make([]time.Duration, n)
	for i := range took {
		data = append(data, byte(i)) // what stands behind the image does not matter
		told := w.out.count(verdict)
		saved := time.Now()
		if err := os.WriteFile(file, data, 0o644); err != nil {
			w.Fatal(err)
		}
		w.until(verdict, told+1)
		took[i] = time.Since(saved)
		w.next()
	}
	slices.Sort(took)
	return took
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// status is a number of /proc/PID/status, in MB.
func (w *watchProcess) status(key string) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.Process.Pid))
	if err != nil {
		w.Skip(err) // not on Linux
	}
	_, rest, _ := strings.Cut(string(data), key+":")
	var kib float64
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		w.Fatal(err)
	}
	return kib / 1024
}

// ticks is how much processor time the watch has taken, in hundredths of a second.
func (w *watchProcess) ticks() float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", w.Process.Pid))
	if err != nil {
		w.Skip(err)
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	var user, system float64
	if _, err := fmt.Sscan(string(fields[11])+" "+string(fields[12]), &user, &system); err != nil {
		w.Fatal(err)
	}
	return user + system
}

// From the save of an image to the verdicts of its two cases, inference and all:
// `vlmspec watch` on the tiny model, 100 edits. Then, what watch takes while
// nothing happens.
func BenchmarkWatchOnTheTinyModel(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "demo")
	if out, err := exec.Command(built(b), "init", dir).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	w := startWatch(b, dir)
	w.next()
	for done := false; b.Loop(); done = true {
		if done {
			continue
		}
		took := w.edits(filepath.Join(dir, "images", "red-circle.png"), "2 cases: 2 passed", 100)
		b.ReportMetric(0, "ns/op") // of 100 edits says nothing
		b.ReportMetric(milliseconds(took[50]), "ms-median")
		b.ReportMetric(milliseconds(took[95]), "ms-p95")
		before := w.ticks()
		time.Sleep(5 * time.Second)
		b.ReportMetric((w.ticks()-before)/5, "%cpu-idle")
	}
}

// recorded makes a project whose backend answers at once, from a recording.
func recorded(b *testing.B) string {
	dir := b.TempDir()
	write(b, dir+"/vlmspec.yaml", "version: 1\nbackends: {b: {plugin: replay, config: {answers: answers.jsonl}}}\n")
	write(b, dir+"/answers.jsonl", `{"prompt": "<image>What color?", "answer": "red"}`+"\n")
	if err := drawImages(dir); err != nil {
		b.Fatal(err)
	}
	return dir
}

// A thousand runs, and how much memory watch has got in the last 900 of them.
func BenchmarkWatch1000Runs(b *testing.B) {
	dir := recorded(b)
	write(b, dir+"/specs/s.yaml", "suite: s\ncases:\n  - {name: one, image: ../red.png, prompt: What color?, expect: [equals: red]}\n")
	w := startWatch(b, dir)
	w.next()
	for done := false; b.Loop(); done = true {
		if done {
			continue
		}
		w.edits(dir+"/red.png", "1 case: 1 passed", 100)
		before := w.status("VmRSS")
		took := w.edits(dir+"/red.png", "1 case: 1 passed", 900)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(milliseconds(took[450]), "ms-median")
		b.ReportMetric(w.status("VmRSS"), "MB")
		b.ReportMetric(w.status("VmRSS")-before, "MB-growth")
	}
}

// 10,000 cases in 100 files, on 5,000 images of 20 kB: how long until watch
// watches and runs, the memory of watch, and from a save to the verdict.
func BenchmarkWatch10000Cases(b *testing.B) {
	dir := recorded(b)
	image, err := os.ReadFile(dir + "/red.png")
	if err != nil {
		b.Fatal(err)
	}
	noise := make([]byte, 20_000)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(noise)
	for i := range 5000 {
		write(b, fmt.Sprintf("%s/images/%d.png", dir, i), string(image)+string(noise)+fmt.Sprint(i))
	}
	for i := range 100 {
		var spec strings.Builder
		fmt.Fprintf(&spec, "suite: s%d\ncases:\n", i)
		for k := range 100 {
			fmt.Fprintf(&spec, "  - name: case %d\n    image: ../images/%d.png\n    prompt: What color?\n    expect:\n      - equals: red\n", k, (i*100+k)/2)
		}
		write(b, fmt.Sprintf("%s/specs/s%d.yaml", dir, i), spec.String())
	}
	for done := false; b.Loop(); done = true {
		if done {
			continue
		}
		begin := time.Now()
		w := startWatch(b, dir)
		w.until("-- running 10000", 1)
		b.ReportMetric(milliseconds(time.Since(begin)), "ms-start")
		w.next()
		took := w.edits(dir+"/images/7.png", "2 cases: 2 passed", 20)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(milliseconds(took[10]), "ms-median")
		b.ReportMetric(w.status("VmRSS"), "MB")
		b.ReportMetric(w.status("VmHWM"), "MB-most")
	}
}
