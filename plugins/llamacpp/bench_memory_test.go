//go:build llamacpp

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// What the plugin's process takes at most, file-backed pages included, over the
// buffers for weights, KV cache and computing that llama.cpp says it made;
// and whether 5,000 cases leave more behind than 500.
func BenchmarkMemory(b *testing.B) {
	eachSubject(b, func(b *testing.B, s subject) {
		config := map[string]any{
			"model": s.model, "mmproj": s.mmproj, "max_tokens": maxTokens, "threads": float64(s.threads), "gpu_layers": 0.0, "image_cache_disk_mb": 0.0,
		}
		buffers := bufferMB(b, config)
		all := s.onePrompt(b, asked[0])
		var peaks, ratios series
		for b.Loop() {
			p := startPlugin(b, config)
			p.answer(b, all)
			peak := p.statusMB(b, "VmHWM")
			peaks, ratios = append(peaks, peak), append(ratios, peak/buffers)
		}
		b.ReportMetric(ratios.median(), "ratio")
		b.ReportMetric(peaks.median(), "peak-MB")
		b.ReportMetric(buffers, "buffers-MB")
	})
}

func BenchmarkSoak(b *testing.B) {
	b.Run("tiny", func(b *testing.B) {
		tiny := tinyConfig(b)
		all := subject{side: 64, cases: 500}.onePrompt(b, asked[0])
		var growths, after series
		for b.Loop() {
			p := startPlugin(b, tiny)
			p.answer(b, all)
			early := p.statusMB(b, "VmRSS")
			for range 9 {
				p.answer(b, all)
			}
			late := p.statusMB(b, "VmRSS")
			growths, after = append(growths, late-early), append(after, late)
		}
		b.ReportMetric(growths.median(), "growth-MB")
		b.ReportMetric(after.median(), "MB")
	})
}

// runningPlugin is the backend in a process of its own, as vlmspec runs it.
type runningPlugin struct {
	*host.Backend
	pid int
}

func startPlugin(b *testing.B, config map[string]any) runningPlugin {
	b.Helper()
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	h, err := host.Open(b.Context(), host.Options{Name: "model", Plugin: "llamacpp", Config: config, Places: []host.Place{{Dir: bin}}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = h.Close() })
	a, err := h.Attachment()
	if err != nil {
		b.Fatal(err)
	}
	return runningPlugin{h, a.PID}
}

// answer asks all questions, as many concurrently as the backend takes.
func (p runningPlugin) answer(b *testing.B, all []question) {
	b.Helper()
	info, err := p.Describe(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	room := make(chan struct{}, info.Capabilities.Concurrency+1)
	var group sync.WaitGroup
	for _, q := range all {
		room <- struct{}{}
		group.Go(func() {
			defer func() { <-room }()
			request := sdk.Request{Messages: []sdk.Message{{Role: sdk.User, Parts: []sdk.Part{{Image: &sdk.Image{Path: q.image}}, {Text: q.prompt}}}}}
			if _, err := p.Generate(b.Context(), request, nil); err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
}

// statusMB reads a line of the process's status in MB: VmRSS is the memory in
// use, VmHWM the most there ever was. Linux only.
func (p runningPlugin) statusMB(b *testing.B, name string) float64 {
	b.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		b.Skip("no memory to read: ", err)
	}
	found := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(data)
	if found == nil {
		b.Fatalf("no %s in:\n%s", name, data)
	}
	return number(b, string(found[1])) / 1000 * 1.024
}

func number(b *testing.B, text string) float64 {
	b.Helper()
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// bufferMB loads a model in this process and adds up what llama.cpp says it
// takes: "CPU KV buffer size = 90.00 MiB" and the like. Of the vision encoder it
// reports only what computing takes, so the weights are the size of the file.
func bufferMB(b *testing.B, config map[string]any) float64 {
	b.Helper()
	said := &listener{}
	before := slog.Default()
	slog.SetDefault(slog.New(said))
	defer slog.SetDefault(before)
	m, err := newBackend()
	if err != nil {
		b.Fatal(err)
	}
	if err := m.Configure(b.Context(), config); err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	file, err := os.Stat(config["mmproj"].(string))
	if err != nil {
		b.Fatal(err)
	}
	sum := float64(file.Size()) / 1e6
	for _, line := range said.lines {
		if size := bufferSize.FindStringSubmatch(line); size != nil {
			sum += number(b, size[1]) * 1.048576
		}
	}
	return sum
}

var bufferSize = regexp.MustCompile(`buffer size =\s+([\d.]+) MiB`)

// listener keeps what is logged.
type listener struct {
	slog.Handler
	mu    sync.Mutex
	lines []string
}

func (l *listener) Enabled(context.Context, slog.Level) bool { return true }
func (l *listener) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, r.Message)
	return nil
}
