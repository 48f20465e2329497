package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

//go:embed config.schema.json
var configSchema []byte

// replay is the sdk.Backend over a recording.
type replay struct {
	lines  index
	run    *stored // in place of lines; nil is none
	info   sdk.Info
	delay  time.Duration
	digest string
}

// Configure reads the recording.
func (r *replay) Configure(_ context.Context, config map[string]any) error {
	path, err := r.read(config)
	if err != nil {
		return err
	}
	if seconds, ok := config["delay"].(float64); ok {
		r.delay = time.Duration(seconds * float64(time.Second))
	}
	r.info.Capabilities.Concurrency = 4
	if n, ok := config["concurrency"].(float64); ok {
		r.info.Capabilities.Concurrency = int(n)
	}
	r.info.Model = filepath.Base(path)
	return nil
}

// read reads what is to be answered from, and returns where it was.
func (r *replay) read(config map[string]any) (path string, err error) {
	answers, _ := config["answers"].(string)
	run, _ := config["run"].(string)
	backend, _ := config["backend"].(string)
	switch {
	case (answers == "") == (run == ""):
		return "", sdk.Errorf(sdk.InvalidConfig, "config: write either answers or run: a recording, or the folder or zip of a stored run")
	case run == "" && backend != "":
		return "", sdk.Errorf(sdk.InvalidConfig, "config: backend is of a run; leave it out")
	case run != "":
		r.run, r.digest, err = readStored(run, backend)
		return run, err
	}
	data, lines, err := readLines(answers)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	r.lines, r.digest = newIndex(lines), "sha256:"+hex.EncodeToString(sum[:])
	return answers, nil
}

// Describe implements sdk.Backend.
func (r *replay) Describe(context.Context) (sdk.Info, error) {
	info := r.info
	info.Name, info.Version, info.ConfigSchema, info.PathKeys = "replay", "1", configSchema, []string{"answers", "run"}
	info.Device, info.ModelDigest, info.Capabilities.Seeds = "none", r.digest, true
	return info, nil
}

// Generate answers with the first line that fits.
func (r *replay) Generate(ctx context.Context, req sdk.Request, emit func(string)) (sdk.Response, error) {
	if r.delay > 0 {
		select {
		case <-ctx.Done():
			return sdk.Response{}, ctx.Err()
		case <-time.After(r.delay):
		}
	}
	if r.run != nil {
		return r.replayed(req, emit)
	}
	prompt, images := lastPrompt(req.Messages)
	l, ok := r.lines.find(prompt, images)
	if !ok {
		return sdk.Response{}, sdk.Errorf(sdk.InvalidRequest, "the recording %s has no answer to %q; add a line for it", r.info.Model, prompt)
	}
	answer := l.pick(req.Params.Seed)
	if emit != nil {
		emit(answer)
	}
	return sdk.Response{Text: answer, Finish: sdk.FinishStop, Images: l.shown(len(images)), Usage: sdk.Usage{
		TextTokens: len(strings.Fields(prompt)), OutputTokens: len(strings.Fields(answer)),
	}}, nil
}

// replayed answers as the backend of a stored run did.
func (r *replay) replayed(req sdk.Request, emit func(string)) (sdk.Response, error) {
	turn, err := r.run.find(req)
	if err != nil {
		return sdk.Response{}, err
	}
	resp := turn.response()
	if emit != nil {
		emit(resp.Text)
	}
	return resp, nil
}

// Close implements sdk.Backend.
func (r *replay) Close() error { return nil }

// lastPrompt is the text of the last user message, and all images so far.
func lastPrompt(messages []sdk.Message) (prompt string, images []*sdk.Image) {
	for _, m := range messages {
		var text strings.Builder
		for _, p := range m.Parts {
			if p.Image != nil {
				images = append(images, p.Image)
				text.WriteString("<image>")
			}
			text.WriteString(p.Text)
		}
		if m.Role == sdk.User {
			prompt = text.String()
		}
	}
	return prompt, images
}

// line is one line of a recording.
type line struct {
	Prompt  *string  `json:"prompt"`
	Image   string   `json:"image"`
	Answer  *string  `json:"answer"`
	Answers []string `json:"answers"`
	Shown   [][2]int `json:"shown"` // width and height of each image as the recorded model was shown it
}

// shown are the sizes of so many images, nil when others are recorded.
func (l line) shown(images int) []sdk.ImageShown {
	if len(l.Shown) != images {
		return nil
	}
	var out []sdk.ImageShown
	for _, s := range l.Shown {
		out = append(out, sdk.ImageShown{Width: s[0], Height: s[1]})
	}
	return out
}

func (l line) check() error {
	if (l.Answer == nil) == (len(l.Answers) == 0) {
		return fmt.Errorf(`write either "answer": "red" or "answers": ["red", "blue"]`)
	}
	for _, s := range l.Shown {
		if min(s[0], s[1]) <= 0 {
			return fmt.Errorf(`an image of %dx%d pixels was never shown; write "shown": [[1148, 840]], width and height of each image`, s[0], s[1])
		}
	}
	return nil
}

func (l line) pick(seed uint32) string {
	if l.Answer != nil {
		return *l.Answer
	}
	return l.Answers[int(seed)%len(l.Answers)]
}
