package main

import (
	"path/filepath"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// key is what a line asks of a request: its prompt, unless it takes any, and an
// image, "" when it takes any.
type key struct {
	prompt    string
	anyPrompt bool
	image     string
}

// index finds the first line that fits without looking at the others.
type index struct {
	lines []line
	first map[key]int
}

func newIndex(lines []line) index {
	x := index{lines: lines, first: make(map[key]int, len(lines))}
	for i, l := range lines {
		k := key{anyPrompt: l.Prompt == nil, image: l.Image}
		if l.Prompt != nil {
			k.prompt = *l.Prompt
		}
		if _, taken := x.first[k]; !taken {
			x.first[k] = i
		}
	}
	return x
}

// find is the first line that fits a prompt and the images shown so far.
func (x index) find(prompt string, images []*sdk.Image) (l line, ok bool) {
	names := []string{""}
	for _, img := range images {
		names = append(names, img.SHA256, filepath.Base(img.Path))
	}
	best := len(x.lines)
	for _, name := range names {
		for _, k := range []key{{prompt: prompt, image: name}, {anyPrompt: true, image: name}} {
			if i, there := x.first[k]; there {
				best = min(best, i)
			}
		}
	}
	if best == len(x.lines) {
		return line{}, false
	}
	return x.lines[best], true
}
