package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/internal/procenv"
	"github.com/vlmspec/vlmspec/internal/procgroup"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

const (
	commandTime      = 10 * time.Second
	maxCommandOutput = 1 << 20  // bytes of output that are kept
	endOfCommand     = 64 << 10 // bytes of its standard error that are
)

type commandCheck struct {
	Run     texts          `yaml:"run" required:"true" doc:"the program and its arguments, [python3, judge.py]; it runs in the folder of the spec"`
	Timeout time.Duration  `yaml:"timeout" above:"0" doc:"how long it may take; 10s when not given"`
	Env     spec.Variables `yaml:"env" doc:"environment variables of the program, beside what every program gets: [NAME] passes one on, {NAME: value} sets one"`
	common  `yaml:",inline"`
	dir     string
}

// commandInput is what the program reads, one JSON object on standard input.
type commandInput struct {
	Case     string         `json:"case"`
	Turn     int            `json:"turn"` // from 0
	Prompt   string         `json:"prompt"`
	Answer   string         `json:"answer"`              // what the check is on
	Thought  string         `json:"reasoning,omitempty"` // what the model thought before
	Finish   string         `json:"finish"`
	Images   []string       `json:"images"` // absolute paths
	Row      map[string]any `json:"row"`
	Tokens   result.Tokens  `json:"tokens"`
	Timings  result.Timings `json:"timings"`
	LogProbs []float64      `json:"logprobs,omitempty"`
	Cached   bool           `json:"cached,omitempty"` // from the cache: there are no timings
}

// commandVerdict is what it writes to standard output: pass or score, or both.
type commandVerdict struct {
	Pass     *bool    `json:"pass"`
	Score    *float64 `json:"score"`
	Reason   string   `json:"reason"`
	Expected string   `json:"expected"`
	Actual   string   `json:"actual"`
}

func (c *commandCheck) compile(n spec.Node, env Env) error {
	c.dir = env.Dir
	return c.Run.check(at(n, "run"))
}

func (c *commandCheck) judge(ctx context.Context, in Input, text string) result.Verdict {
	limit := c.Timeout
	if limit == 0 {
		limit = commandTime
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	out, err := c.run(limited, in, text)
	switch {
	case ctx.Err() != nil:
		return broken("%s was ended: the run was interrupted", c.Run[0])
	case limited.Err() != nil:
		return broken("%s took longer than %s; raise timeout, or fix it", c.Run[0], limit)
	case err != nil:
		return broken("%v", err)
	}
	var v commandVerdict
	if err := decodeWhole(out, &v); err != nil {
		return broken("%s printed %s, expected {\"pass\": true, \"reason\": \"...\"} or {\"score\": 0.5}: %v", c.Run[0], quote(in.Secrets.Hide(string(out))), err)
	}
	return c.verdict(v, text)
}

// decodeWhole reads one JSON value, after which nothing may follow.
func decodeWhole(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after it")
	}
	return nil
}

func (c *commandCheck) verdict(v commandVerdict, text string) result.Verdict {
	switch {
	case v.Pass == nil && v.Score == nil:
		return broken("%s said neither pass nor score", c.Run[0])
	case v.Score != nil && !(*v.Score >= 0 && *v.Score <= 1):
		return broken("%s said the score %v, expected one from 0 to 1", c.Run[0], *v.Score)
	}
	passed := v.Pass != nil && *v.Pass || v.Pass == nil && *v.Score == 1
	score := 0.0
	if passed {
		score = 1
	}
	if v.Score != nil {
		score = *v.Score
	}
	expected, actual := either(v.Expected, "what "+c.Run[0]+" wants"), either(v.Actual, text)
	out := fail(expected, actual, "%s", either(v.Reason, c.Run[0]+" does not pass it"))
	if passed {
		out = pass(expected, actual)
	}
	out.Score = score
	return out
}

// run starts the program and returns what it printed.
func (c *commandCheck) run(ctx context.Context, in Input, text string) ([]byte, error) {
	input := commandInput{
		Case: in.CaseID, Turn: in.Turn, Prompt: in.Prompt, Answer: text, Thought: in.Reasoning, Finish: in.Finish, Row: in.Vars,
		Images: []string{}, Tokens: in.Tokens, Timings: in.Timings, LogProbs: in.LogProbs, Cached: in.Cached,
	}
	for _, img := range in.Images {
		input.Images = append(input.Images, img.Path)
	}
	data, err := json.Marshal(input)
	if err != nil {
		return nil, fmt.Errorf("describe the answer to %s: %w", c.Run[0], err)
	}
	cmd := exec.Command(c.Run[0], c.Run[1:]...)
	cmd.Dir, cmd.Stdin, cmd.Env = c.dir, bytes.NewReader(data), procenv.For(os.Environ(), c.Env.Extra)
	stdout, stderr := &beginning{}, &ending{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	group := procgroup.New(cmd)
	stdout.full = group.Kill
	if err := group.Start(); err != nil {
		return nil, fmt.Errorf("%s could not be run: %w", c.Run[0], err)
	}
	defer context.AfterFunc(ctx, group.Kill)()
	err = group.Wait()
	var exit *exec.ExitError
	switch {
	case stdout.cut:
		return nil, fmt.Errorf("%s printed more than %d MiB, expected one JSON object", c.Run[0], maxCommandOutput>>20)
	case errors.As(err, &exit):
		said := lastLine(in.Secrets.Hide(stderr.String()))
		return nil, fmt.Errorf("%s ended with %s: %s", c.Run[0], exit.ProcessState, either(said, "it says nothing"))
	case err != nil:
		return nil, fmt.Errorf("%s could not be run: %w", c.Run[0], err)
	}
	return stdout.data, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return shorten(lines[len(lines)-1], 2*maxQuoted)
}
