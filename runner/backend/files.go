package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/model"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// sumOf hashes a file, and gives up when ctx is done.
func sumOf(ctx context.Context, path string) (string, error) {
	f, err := regular.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	for ctx.Err() == nil {
		if _, err := io.CopyN(h, f, 8<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		} else if err != nil {
			return "", err
		}
	}
	return "", ctx.Err()
}

// parts is how the name of a file ends that is one of several.
const parts = "-?????-of-?????"

// Files lists the files that a backend's config names, and the other parts of
// models that are split. A model that was not pulled yet is none; whole is false
// then, and where the config names a folder, which may hold anything.
func Files(b spec.Backend) (files []string, whole bool) {
	config, err := model.Resolve(b)
	if err != nil {
		config = b.Config
	}
	whole = err == nil
	for _, path := range Texts(config) {
		if path == "" {
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(b.Dir, filepath.FromSlash(path))
		}
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		whole = whole && !info.IsDir()
		if info.Mode().IsRegular() {
			files = append(files, partsOf(path)...)
		}
	}
	slices.Sort(files)
	return slices.Compact(files), whole
}

// Texts lists the texts in a config, by key. Where a backend keeps a cache is no
// input.
func Texts(value any) (all []string) {
	switch v := value.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, item := range v {
			all = append(all, Texts(item)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if !strings.HasSuffix(key, "cache_dir") {
				all = append(all, Texts(v[key])...)
			}
		}
	}
	return all
}

// partsOf lists the parts of a split model, such as m-00001-of-00003.gguf.
func partsOf(path string) []string {
	dir, name := filepath.Split(path)
	ext := filepath.Ext(name)
	base := strings.TrimSuffix(name, ext)
	if ok, _ := filepath.Match("*"+parts, base); !ok {
		return []string{path}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return []string{path}
	}
	all := []string{path}
	prefix := base[:len(base)-len(parts)]
	for _, e := range entries {
		other, isPart := strings.CutPrefix(strings.TrimSuffix(e.Name(), ext), prefix)
		if ok, _ := filepath.Match(parts, other); ok && isPart && !e.IsDir() {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	return all
}
