package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/plan"
	"github.com/vlmspec/vlmspec/runner/spec"
	"github.com/vlmspec/vlmspec/runner/suite"
)

// instant answers at once, so that what is left is the runner.
type instant struct{}

func (instant) Configure(context.Context, map[string]any) error { return nil }
func (instant) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "instant", Version: "1", ModelDigest: "sha256:00"}, nil
}

// Program makes its answers cacheable.
func (instant) Program() (string, error) { return "sha256:01", nil }

func (instant) Generate(context.Context, sdk.Request, func(string)) (sdk.Response, error) {
	return sdk.Response{Text: "red", Finish: sdk.FinishStop}, nil
}

func (instant) Close() error { return nil }

// usage is what a run in a process of its own took.
type usage struct {
	Seconds float64 // from loading the specs to the end of the record
	Cases   int
	MaxRSS  float64 // MB
}

// instantMain is a process that runs a project with the instant backend, with the
// cache, or writing events, where its second argument says so; Ginkgo runs once in a
// process.
func instantMain() {
	collectOften()
	start := time.Now()
	p, err := plan.Open(plan.Options{Project: os.Args[1]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	o := runner.Options{Backends: func(context.Context, spec.Backend) (sdk.Backend, error) { return instant{}, nil }}
	switch os.Args[2] {
	case withCache:
		o.Cache = runner.ReadCache(p.Project)
	case withEvents:
		f, err := os.Create(filepath.Join(p.Project.Dir, "events.jsonl"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		defer f.Close()
		o.Sinks = append(o.Sinks, event.NewWriter(f))
	}
	summary, err := suite.Run(context.Background(), p, o, suite.Options{})
	if err != nil || summary.ExitCode != 0 {
		fmt.Fprintln(os.Stderr, "not all cases passed:", err)
		os.Exit(1)
	}
	u := usage{Seconds: time.Since(start).Seconds(), Cases: summary.Manifest.Selected}
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err == nil {
		u.MaxRSS = float64(r.Maxrss) / 1024 // Linux counts in KiB
	}
	_ = json.NewEncoder(os.Stdout).Encode(u)
}

// What a run with the instant backend has beside it.
const (
	bare       = ""
	withCache  = "cache"
	withEvents = "events"
)

// measure runs a project with the instant backend.
func measure(b *testing.B, dir, with string) usage {
	b.Helper()
	out, err := exec.Command("vlmspec-instant", dir, with).Output()
	if err != nil {
		b.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr) //nolint:errorlint // of the command just run
	}
	var u usage
	if err := json.Unmarshal(out, &u); err != nil {
		b.Fatal(err)
	}
	return u
}

func write(b *testing.B, path, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

const project = "version: 1\nbackends: {b: {plugin: fake}}\n"

// What the runner adds to a case: 100 cases a file, one image.
func BenchmarkOverheadOf10000Cases(b *testing.B)  { overhead(b, 100) }
func BenchmarkOverheadOf100000Cases(b *testing.B) { overhead(b, 1000) }

func overhead(b *testing.B, files int) {
	measured(b, manyCases(b, files), bare)
}

// A case of 100,000 takes little longer than one of 10,000, also where an earlier
// run has answered all of them.
func BenchmarkOverheadOf10000CachedCases(b *testing.B)  { overheadOfCached(b, 100) }
func BenchmarkOverheadOf100000CachedCases(b *testing.B) { overheadOfCached(b, 1000) }

func overheadOfCached(b *testing.B, files int) {
	dir := manyCases(b, files)
	measure(b, dir, withCache)
	measured(b, dir, withCache)
}

// What it costs to write the events of 10,000 cases to a file, in turn with runs that
// write none.
func BenchmarkEvents(b *testing.B) {
	dir := manyCases(b, 100)
	var without, with float64
	for b.Loop() {
		without += measure(b, dir, bare).Seconds
		with += measure(b, dir, withEvents).Seconds
	}
	b.ReportMetric(100*(with/without-1), "percent")
}

// manyCases is a project of files with 100 cases each, no two prompts alike.
func manyCases(b *testing.B, files int) (dir string) {
	dir = b.TempDir()
	write(b, dir+"/vlmspec.yaml", project)
	if err := drawImages(dir); err != nil {
		b.Fatal(err)
	}
	for i := range files {
		var spec strings.Builder
		fmt.Fprintf(&spec, "suite: s%d\ncases:\n", i)
		for k := range 100 {
			fmt.Fprintf(&spec, "  - name: case %d\n    image: ../red.png\n    prompt: What color is thing %d of %d?\n    expect:\n      - equals: red\n", k, k, i)
		}
		write(b, fmt.Sprintf("%s/specs/s%d.yaml", dir, i), spec.String())
	}
	return dir
}

// measured reports what a case takes.
func measured(b *testing.B, dir, with string) {
	var total, memory float64
	for b.Loop() {
		u := measure(b, dir, with)
		total += u.Seconds / float64(u.Cases)
		memory += u.MaxRSS
	}
	b.ReportMetric(total/float64(b.N)*1e3, "ms/case")
	b.ReportMetric(memory/float64(b.N), "MB")
}

// Memory does not grow with the images: 500 cases show 500 files of 1 MB.
func Benchmark500LargeImages(b *testing.B) {
	dir := b.TempDir()
	write(b, dir+"/vlmspec.yaml", project)
	const side = 591 // 3 bytes of noise a pixel do not compress
	pixels := image.NewNRGBA(image.Rect(0, 0, side, side))
	noise := rand.NewChaCha8([32]byte{1})
	encoder := png.Encoder{CompressionLevel: png.NoCompression}
	var spec strings.Builder
	spec.WriteString("suite: s\ncases:\n")
	for i := range 500 {
		_, _ = noise.Read(pixels.Pix)
		for at := 3; at < len(pixels.Pix); at += 4 {
			pixels.Pix[at] = 255
		}
		var data bytes.Buffer
		if err := encoder.Encode(&data, pixels); err != nil {
			b.Fatal(err)
		}
		write(b, fmt.Sprintf("%s/images/%d.png", dir, i), data.String())
		fmt.Fprintf(&spec, "  - {name: case %d, image: ../images/%d.png, prompt: What color?, expect: [equals: red]}\n", i, i)
	}
	write(b, dir+"/specs/s.yaml", spec.String())
	measured(b, dir, bare)
}

// process measures whole processes of the built vlmspec, plugin and all.
func process(b *testing.B, code int, spec string) {
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	dir := b.TempDir()
	write(b, dir+"/vlmspec.yaml", "version: 1\nbackends: {b: {plugin: replay, config: {answers: answers.jsonl}}}\n")
	write(b, dir+"/answers.jsonl", `{"prompt": "<image>What color?", "answer": "red"}`+"\n")
	write(b, dir+"/specs/s.yaml", spec)
	if err := drawImages(dir); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		cmd := exec.Command(filepath.Join(bin, "vlmspec"), "run", "--no-cache", "-C", dir)
		if out, _ := cmd.CombinedOutput(); cmd.ProcessState.ExitCode() != code {
			b.Fatalf("exit code %d:\n%s", cmd.ProcessState.ExitCode(), out)
		}
	}
}

func BenchmarkProcessOfOneCase(b *testing.B) {
	process(b, exitOK, "suite: s\ncases:\n  - {name: one, image: ../red.png, prompt: What color?, expect: [equals: red]}\n")
}

func BenchmarkProcessOfATypo(b *testing.B) {
	process(b, exitUsage, "suite: s\ncases:\n  - {name: one, image: ../red.png, prompt: What color?, expct: [equals: red]}\n")
}

// The whole process of a run in which nothing has changed: 1,000 cases on 100
// images, answered by an earlier run.
func BenchmarkSecondRunOf1000Cases(b *testing.B) {
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	dir := b.TempDir()
	write(b, dir+"/vlmspec.yaml", "version: 1\nbackends: {b: {plugin: replay, config: {answers: answers.jsonl}}}\n")
	write(b, dir+"/answers.jsonl", `{"answer": "red"}`+"\n")
	pixels := image.NewNRGBA(image.Rect(0, 0, 256, 256))
	noise := rand.NewChaCha8([32]byte{1})
	for i := range 100 {
		_, _ = noise.Read(pixels.Pix)
		var data bytes.Buffer
		if err := png.Encode(&data, pixels); err != nil {
			b.Fatal(err)
		}
		write(b, fmt.Sprintf("%s/images/%d.png", dir, i), data.String())
	}
	for i := range 10 {
		var spec strings.Builder
		fmt.Fprintf(&spec, "suite: s%d\ncases:\n", i)
		for k := range 100 {
			fmt.Fprintf(&spec, "  - {name: case %d, image: ../images/%d.png, prompt: What color is thing %d?, expect: [equals: red]}\n", k, k, i)
		}
		write(b, fmt.Sprintf("%s/specs/s%d.yaml", dir, i), spec.String())
	}
	run := func() string {
		out, err := exec.Command(filepath.Join(bin, "vlmspec"), "run", "-C", dir).CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	time.Sleep(2100 * time.Millisecond) // files that were written just now are read each time
	run()
	run()
	for b.Loop() {
		if out := run(); !strings.Contains(out, "1000 of 1000 answers were taken from the cache") {
			b.Fatalf("asked again:\n%s", out)
		}
	}
}

// output gathers what a process prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) count(s string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Count(o.text.String(), s)
}

// tail is what was printed last.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.text.String()
	return text[max(0, len(text)-4000):]
}

// lastSays reports whether the last line that watch says of itself begins so.
func (o *output) lastSays(s string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := o.text.String()
	return strings.HasPrefix(text[strings.LastIndex(text, "\n-- ")+1:], s)
}
