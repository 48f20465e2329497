package check

import (
	"os"
	"path/filepath"
)

// Judge is the name of the backend that a check asks, "" when it asks none.
func Judge(c Check) string {
	if w, ok := c.(*wrapped); ok {
		if j, ok := w.judge.(*judgeCheck); ok {
			return j.Backend
		}
	}
	return ""
}

func (c *pointsInCheck) files() []string {
	if m, ok := c.region.(*maskRegion); ok && m.Path != "" {
		return []string{m.Path}
	}
	return nil
}

func (c *jsonCheck) files() []string {
	if c.Schema.file == "" {
		return nil
	}
	return []string{c.Schema.file}
}

// files of a command are those of its words that name one.
func (c *commandCheck) files() []string {
	var all []string
	for _, word := range c.Run {
		path := word
		if !filepath.IsAbs(path) {
			path = filepath.Join(c.dir, path)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			all = append(all, path)
		}
	}
	return all
}
