package spec

import (
	"path/filepath"
	"strings"
)

// shownName is how people read a path: relative to root where it lies within
// or near it, with slashes.
func shownName(root, abs string) string {
	rel, err := filepath.Rel(root, abs)
	if err != nil || strings.HasPrefix(rel, filepath.Join("..", "..", "..")) {
		return filepath.ToSlash(abs)
	}
	return filepath.ToSlash(rel)
}

// sourceAt describes a file of a project.
func sourceAt(root, abs string) *source {
	return &source{name: shownName(root, abs), dir: filepath.Dir(abs), root: root}
}
