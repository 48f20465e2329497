//go:build llamacpp

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// What `vlmspec run` is ahead of an ollama server with the same version of
// llama.cpp, the same two files, questions and number of threads, asked over its
// HTTP API one question after another.
func BenchmarkManyPromptsOverOllama(b *testing.B) {
	eachSubject(b, func(b *testing.B, s subject) {
		project := newProject(b, s)
		server := serveOllama(b, s)
		all := s.grid(b)
		sample := all[:len(all)/len(asked)]
		scale := float64(len(asked))
		var ratios, theirs, run series
		for b.Loop() {
			other := server.answer(b, sample)
			ours := project.run(b, all, b.TempDir())
			ratios, theirs, run = append(ratios, other.seconds*scale/ours.seconds), append(theirs, other.seconds*scale), append(run, ours.seconds)
		}
		b.ReportMetric(ratios.median(), "times")
		b.ReportMetric(theirs.median(), "ollama-s")
		b.ReportMetric(run.median(), "run-s")
	})
}

// ollama is a server with the subject's model.
type ollama struct {
	url     string
	threads int
}

// serveOllama starts a server and loads the model.
func serveOllama(b *testing.B, s subject) ollama {
	b.Helper()
	program := os.Getenv("VLMSPEC_OLLAMA")
	if _, err := os.Stat(program); err != nil {
		b.Skip("no ollama at $VLMSPEC_OLLAMA: `make bench` builds it where stb/stb_image.h and nlohmann/json.hpp are installed")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	home := b.TempDir()
	var log bytes.Buffer
	cmd := exec.Command(program, "serve")
	cmd.Env = append(os.Environ(), "OLLAMA_HOST="+address, "OLLAMA_MODELS="+filepath.Join(home, "models"), "HOME="+home, "OLLAMA_NO_CLOUD=1")
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // ends its runner too
		_ = cmd.Wait()
		if b.Failed() {
			b.Log(log.String())
		}
	})
	o := ollama{url: "http://" + address, threads: s.threads}
	o.await(b)
	o.create(b, s)
	o.answer(b, []question{{s.draw(b, 1)[0], asked[0]}})
	return o
}

func (o ollama) await(b *testing.B) {
	b.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if response, err := http.Get(o.url); err == nil {
			response.Body.Close()
			return
		} else if time.Now().After(deadline) {
			b.Fatal("ollama does not listen: ", err)
		}
	}
}

// create makes a model of the subject's files, with its template.
func (o ollama) create(b *testing.B, s subject) {
	b.Helper()
	files := map[string]string{}
	for _, path := range []string{s.model, s.mmproj} {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		sum := sha256.Sum256(data)
		digest := "sha256:" + hex.EncodeToString(sum[:])
		files[filepath.Base(path)] = digest
		o.post(b, "/api/blobs/"+digest, bytes.NewReader(data), nil)
	}
	o.ask(b, "/api/create", map[string]any{
		"model": "subject", "files": files, "stream": false,
		"template": "<|im_start|>User:{{ .Prompt }}<end_of_utterance>\nAssistant:",
	}, nil)
}

func (o ollama) answer(b *testing.B, all []question) answered {
	b.Helper()
	var a answered
	start := time.Now()
	for _, q := range all {
		image, err := os.ReadFile(q.image)
		if err != nil {
			b.Fatal(err)
		}
		var got struct {
			Count int `json:"eval_count"`
		}
		o.ask(b, "/api/generate", map[string]any{
			"model": "subject", "prompt": q.prompt, "images": [][]byte{image}, "stream": false,
			"options": map[string]any{"temperature": 0, "num_predict": maxTokens, "num_thread": o.threads, "num_ctx": defaultContext},
		}, &got)
		a.tokens += got.Count
	}
	a.seconds = time.Since(start).Seconds()
	return a
}

func (o ollama) ask(b *testing.B, path string, request any, into any) {
	b.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		b.Fatal(err)
	}
	o.post(b, path, bytes.NewReader(body), into)
}

func (o ollama) post(b *testing.B, path string, body io.Reader, into any) {
	b.Helper()
	response, err := http.Post(o.url+path, "application/json", body)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("ollama said %s: %s", response.Status, data)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		b.Fatal(err)
	}
}
