package cli

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const servedCases, servedAtOnce = 1000, 32

// instantServer answers every call with "red" at once, as vLLM streams.
func instantServer(b *testing.B) *httptest.Server {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]}`)
			return
		}
		begin := make([]byte, 64<<10)
		n, _ := io.ReadFull(r.Body, begin)
		rest, _ := io.ReadAll(r.Body)
		if !bytes.Contains(rest, []byte(`"stream":true`)) && !bytes.Contains(begin[:n], []byte(`"stream":true`)) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"id":"1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"red"},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":1,"total_tokens":21}}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, `data: {"choices":[{"index":0,"delta":{"content":"red"},"finish_reason":null}]}`+"\n\n"+
			`data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\n"+
			`data: {"choices":[],"usage":{"prompt_tokens":20,"completion_tokens":1}}`+"\n\ndata: [DONE]\n\n")
	}))
	b.Cleanup(s.Close)
	return s
}

// servedImages writes an image of about 100 kB for each case.
func servedImages(b *testing.B, dir string) {
	b.Helper()
	noise := rand.NewChaCha8([32]byte{1})
	img := image.NewRGBA(image.Rect(0, 0, 320, 320))
	for i := range servedCases {
		_, _ = noise.Read(img.Pix)
		var data bytes.Buffer
		if err := jpeg.Encode(&data, img, &jpeg.Options{Quality: 92}); err != nil {
			b.Fatal(err)
		}
		write(b, fmt.Sprintf("%s/images/%d.jpg", dir, i), data.String())
	}
}

// whole runs a command and measures it: seconds, and the most that it and all that it
// started had in memory, in MB.
func whole(b *testing.B, cmd *exec.Cmd) (seconds, memory float64) {
	b.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			if err != nil {
				b.Fatalf("%v: %s", err, out.Bytes())
			}
			return time.Since(began).Seconds(), memory
		case <-tick.C:
			memory = max(memory, residentTree(cmd.Process.Pid))
		}
	}
}

// residentTree is the memory of a process and of all that come from it, in MB.
func residentTree(pid int) (mb float64) {
	base := "/proc/" + strconv.Itoa(pid)
	status, _ := os.ReadFile(base + "/status")
	if _, line, ok := strings.Cut(string(status), "VmRSS:"); ok {
		var kb float64
		_, _ = fmt.Sscan(line, &kb)
		mb = kb / 1024
	}
	tasks, _ := filepath.Glob(base + "/task/*/children")
	for _, task := range tasks {
		children, _ := os.ReadFile(task)
		for child := range strings.FieldsSeq(string(children)) {
			if pid, err := strconv.Atoi(child); err == nil {
				mb += residentTree(pid)
			}
		}
	}
	return mb
}

// A run of 1,000 cases, an image of 100 kB each, against an instant server; and the
// same by promptfoo, where $VLMSPEC_PROMPTFOO names its program.
func BenchmarkServer1000Cases(b *testing.B) {
	bin := os.Getenv("VLMSPEC_BIN")
	if bin == "" {
		b.Skip("set VLMSPEC_BIN to the folder of a built vlmspec: `make bench`")
	}
	s := instantServer(b)
	dir := b.TempDir()
	servedImages(b, dir)
	write(b, dir+"/vlmspec.yaml", fmt.Sprintf("version: 1\nbackends: {b: {plugin: openai, config: {base_url: %q, concurrency: %d}}}\n", s.URL+"/v1", servedAtOnce))
	var spec, tests strings.Builder
	spec.WriteString("suite: s\ncases:\n")
	for i := range servedCases {
		fmt.Fprintf(&spec, "  - {name: case %d, image: ../images/%d.jpg, prompt: What color is thing %d?, expect: [equals: red]}\n", i, i, i)
		fmt.Fprintf(&tests, "  - {vars: {image: file://images/%d.jpg, thing: %d}, assert: [{type: equals, value: red}]}\n", i, i)
	}
	write(b, dir+"/specs/s.yaml", spec.String())
	write(b, dir+"/prompt.json", `[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{image}}"}},{"type":"text","text":"What color is thing {{thing}}?"}]}]`)
	write(b, dir+"/promptfooconfig.yaml", fmt.Sprintf("prompts: [file://prompt.json]\nproviders: [{id: 'openai:chat:m', config: {apiBaseUrl: %q, apiKey: none}}]\ntests:\n%s", s.URL+"/v1", tests.String()))
	var ours, memory, theirs, theirMemory float64
	promptfoo := os.Getenv("VLMSPEC_PROMPTFOO")
	for b.Loop() {
		t, m := whole(b, exec.Command(filepath.Join(bin, "vlmspec"), "run", "--no-cache", "-C", dir))
		ours, memory = ours+t, max(memory, m)
		if promptfoo == "" || theirs > 0 { // once: it takes long
			continue
		}
		cmd := exec.Command(promptfoo, "eval", "-c", "promptfooconfig.yaml", "-j", strconv.Itoa(servedAtOnce), "--no-cache", "--no-write", "--no-table", "--no-progress-bar")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PROMPTFOO_DISABLE_TELEMETRY=1", "PROMPTFOO_DISABLE_UPDATE=1", "PROMPTFOO_CONFIG_DIR="+dir+"/.promptfoo")
		theirs, theirMemory = whole(b, cmd)
	}
	n := float64(b.N)
	b.ReportMetric(ours/n, "s")
	b.ReportMetric(memory, "MB")
	if promptfoo != "" {
		b.ReportMetric(theirs, "promptfoo-s")
		b.ReportMetric(theirMemory, "promptfoo-MB")
		b.ReportMetric(theirs/(ours/n), "times")
		b.ReportMetric(theirMemory/memory, "memory-times")
	}
}
