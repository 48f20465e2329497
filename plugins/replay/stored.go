package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

const (
	casesFile = "cases.jsonl" // of a run folder: a case a line
	maxLine   = 256 << 20     // bytes of a case
)

// stored is a run that was stored, to be answered from.
type stored struct {
	cases  []storedCase
	byID   map[string]int
	byTurn map[turnKey][]int // in the order of the run
}

// turnKey is what a request asks; the case of a turn is found by any of its images.
type turnKey struct {
	turn          int // user messages before it
	prompt, image string
}

// storedCase is what is needed of a case, as vlmspec writes it in cases.jsonl.
type storedCase struct {
	ID      string `json:"id"`
	Backend string `json:"backend"`
	Several bool   `json:"one_of_several"`
	Images  []struct {
		SHA256 string `json:"sha256"`
	} `json:"images"`
	Samples []storedSample `json:"samples"`
}

type storedSample struct {
	Seed  uint32       `json:"seed"`
	Turns []storedTurn `json:"turns"`
	Error *struct {
		Kind    string `json:"kind"`
		Message string `json:"message"`
	} `json:"error"`
}

type storedTurn struct {
	Prompt    string    `json:"prompt"`
	Answer    string    `json:"answer"`
	Reasoning string    `json:"reasoning"`
	Unclosed  bool      `json:"unclosed"`
	Finish    string    `json:"finish"`
	LogProbs  []float64 `json:"logprobs"`
	Tokens    struct {
		Text   int `json:"text"`
		Image  int `json:"image"`
		Output int `json:"output"`
	} `json:"tokens"`
	Shown []struct {
		Width  int `json:"width"`
		Height int `json:"height"`
	} `json:"shown"`
}

// readStored reads the run in a folder or an exported zip, as far as it is of a backend;
// "" is the only one there is.
func readStored(name, backend string) (s *stored, digest string, err error) {
	in, err := openStored(name)
	if err != nil {
		return nil, "", sdk.Errorf(sdk.InvalidConfig, "config: run: %w", err)
	}
	defer in.Close()
	s = &stored{byID: map[string]int{}, byTurn: map[turnKey][]int{}}
	sum := sha256.New()
	backends, err := s.read(io.TeeReader(in, sum), sum, backend)
	switch names := strings.Join(slices.Sorted(maps.Keys(backends)), ", "); {
	case err != nil:
		return nil, "", sdk.Errorf(sdk.InvalidConfig, "config: run: %s: %w", name, err)
	case backend == "" && len(backends) > 1:
		return nil, "", sdk.Errorf(sdk.InvalidConfig, "config: key %q is missing: the run has answers of %s", "backend", names)
	case len(s.cases) == 0:
		return nil, "", sdk.Errorf(sdk.InvalidConfig, "config: run: %s has no case of backend %q; it has those of %s", name, backend, names)
	}
	return s, "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

// openStored opens the cases of a run.
func openStored(name string) (io.ReadCloser, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return regular.Open(filepath.Join(name, casesFile))
	}
	f, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var z *zip.Reader
		if z, err = zip.NewReader(f, info.Size()); err == nil {
			for _, entry := range z.File {
				if path.Base(entry.Name) == casesFile {
					in, err := entry.Open()
					return zipped{io.LimitReader(in, maxFileBytes), f}, err
				}
			}
			err = errors.New(name + " has no " + casesFile + "; expected what `vlmspec runs export` writes")
		}
	}
	f.Close()
	return nil, err
}

// zipped closes the archive of what is read.
type zipped struct {
	io.Reader
	io.Closer
}

// read reads cases a line at a time, and says of which backends there are some. The
// last line of a run that was killed may be cut off.
func (s *stored) read(in io.Reader, sum hash.Hash, backend string) (backends map[string]bool, err error) {
	sum.Write([]byte(backend + "\n"))
	backends = map[string]bool{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	var cut error
	for lines.Scan() {
		if cut != nil {
			return nil, cut
		}
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var c storedCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			cut = err
			continue
		}
		backends[c.Backend] = true
		if backend == "" || c.Backend == backend {
			s.add(c)
		}
	}
	return backends, lines.Err()
}

func (s *stored) add(c storedCase) {
	if c.Several {
		c.ID = strings.TrimSuffix(c.ID, "@"+c.Backend)
	}
	n := len(s.cases)
	s.cases = append(s.cases, c)
	s.byID[c.ID] = n
	for _, sample := range c.Samples[:min(len(c.Samples), 1)] {
		for i, t := range sample.Turns {
			key := turnKey{turn: i, prompt: t.Prompt}
			s.byTurn[key] = append(s.byTurn[key], n)
			for _, img := range c.Images {
				key.image = img.SHA256
				s.byTurn[key] = append(s.byTurn[key], n)
			}
		}
	}
}

// find is the turn that answers a request: of the case of the same ID, else of the first
// case that asked the same of the same images.
func (s *stored) find(req sdk.Request) (storedTurn, error) {
	prompt, images := lastPrompt(req.Messages)
	key := turnKey{turn: -1, prompt: prompt}
	for _, m := range req.Messages {
		if m.Role == sdk.User {
			key.turn++
		}
	}
	if len(images) > 0 {
		key.image = images[len(images)-1].SHA256
	}
	if n, ok := s.byID[idOf(req.ID)]; ok && s.cases[n].asked(key, images) {
		return s.cases[n].answer(key.turn, req.Params)
	}
	for _, n := range s.byTurn[key] {
		if s.cases[n].asked(key, images) {
			return s.cases[n].answer(key.turn, req.Params)
		}
	}
	return storedTurn{}, sdk.Errorf(sdk.InvalidRequest, "the stored run has no answer to %q about these images", shortened(prompt))
}

// idOf is the ID of a case in that of a request: without the number of the call and
// the name of the backend.
func idOf(id string) string {
	if at := strings.LastIndexByte(id, '#'); at > 0 {
		id = id[:at]
	}
	if at := strings.LastIndexByte(id, '@'); at > strings.LastIndexByte(id, '/') {
		id = id[:at]
	}
	return id
}

// asked reports whether the case asked this at a turn, and showed these images.
func (c storedCase) asked(key turnKey, images []*sdk.Image) bool {
	if len(c.Samples) == 0 {
		return false
	}
	first := c.Samples[0]
	if first.Error == nil && (key.turn >= len(first.Turns) || first.Turns[key.turn].Prompt != key.prompt) {
		return false
	}
	for _, img := range images {
		if !slices.ContainsFunc(c.Images, func(i struct {
			SHA256 string `json:"sha256"`
		},
		) bool {
			return i.SHA256 == img.SHA256
		}) {
			return false
		}
	}
	return true
}

// answer is that of the sample with the seed. A greedy answer has no need of one.
func (c storedCase) answer(turn int, p sdk.Params) (storedTurn, error) {
	for i, sample := range c.Samples {
		if sample.Seed != p.Seed && (p.Temperature > 0 || i < len(c.Samples)-1) {
			continue
		}
		if sample.Error != nil {
			return storedTurn{}, sdk.Errorf(sdk.InvalidRequest, "the stored run has no answer of case %s but an error: %s", c.ID, sample.Error.Message)
		}
		if turn < len(sample.Turns) {
			return sample.Turns[turn], nil
		}
	}
	return storedTurn{}, sdk.Errorf(sdk.InvalidRequest, "the stored run has no sample of case %s with seed %d", c.ID, p.Seed)
}

// response is the answer as the backend of that run gave it. How long it took is not
// repeated.
func (t storedTurn) response() sdk.Response {
	r := sdk.Response{
		Text: t.Answer, Reasoning: t.Reasoning, Finish: sdk.FinishReason(t.Finish), LogProbs: t.LogProbs,
		Usage: sdk.Usage{TextTokens: t.Tokens.Text, ImageTokens: t.Tokens.Image, OutputTokens: t.Tokens.Output},
	}
	if t.Unclosed { // so that it is read as it was: reasoning without an end
		r.Text, r.Reasoning = "<think>"+t.Reasoning, ""
	}
	if r.Finish == "" {
		r.Finish = sdk.FinishStop
	}
	for _, i := range t.Shown {
		r.Images = append(r.Images, sdk.ImageShown{Width: i.Width, Height: i.Height})
	}
	return r
}

func shortened(s string) string {
	if runes := []rune(s); len(runes) > 120 {
		return string(runes[:120]) + "…"
	}
	return s
}
