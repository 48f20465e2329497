package trust

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/host"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Program is something that a project brings to be started.
type Program struct {
	Key    string   // what it is and what it starts, for people too
	Digest string   // SHA-256 in hex of the command line and of every file in it; "" where one cannot be read
	Pos    spec.Pos // where the project names it; the zero value of a plugin
}

func (p Program) String() string {
	if p.Pos.File == "" {
		return p.Key
	}
	return p.Pos.String() + ": " + p.Key
}

// runs names the plugins that start what their config says.
var runs = []string{"exec", "python"}

// harmless are environment variables that cannot make a program load or start
// something; others (LD_PRELOAD, PYTHONPATH, PATH, ...) can.
var harmless = []string{"CUDA_VISIBLE_DEVICES", "HF_TOKEN", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TOKENIZERS_PARALLELISM"}

// Command is a command line that a spec or config names, to be started in a folder.
func Command(what string, run []string, dir string, env map[string]string, pos spec.Pos) Program {
	p := Program{Key: what + " " + strings.Join(run, " "), Pos: pos}
	p.Digest = digest(dir, []any{run, env}, run)
	return p
}

// Backend lists what a backend of a project would start that the project brings.
func Backend(project string, b spec.Backend, places []host.Place) []Program {
	var all []Program
	if f, err := host.Find(b.Plugin, places); err == nil {
		if p, ok := Plugin(project, f); ok {
			all = append(all, p)
		}
	}
	if b.Err != nil {
		return all // it is not started
	}
	if slices.Contains(runs, b.Plugin) {
		dir := b.Dir
		if d, _ := b.Config["dir"].(string); d != "" {
			dir = inside(b.Dir, d)
		}
		config := b.Named(func(string) bool { return true }) // another key is no other program
		p := Program{Key: fmt.Sprintf("backend %s, %s: %s", b.Name, b.Plugin, line(config)), Pos: b.Pos}
		p.Digest = digest(dir, []any{config, b.Env.Set}, texts(b.Config))
		all = append(all, p)
	}
	for _, name := range slices.Sorted(maps.Keys(b.Env.Set)) {
		if !slices.Contains(harmless, name) {
			p := Program{Key: fmt.Sprintf("backend %s gets %s in its environment", b.Name, name), Pos: b.Pos}
			p.Digest = digest(b.Dir, []any{b.Env.Set[name]}, filepath.SplitList(b.Env.Set[name]))
			all = append(all, p)
		}
	}
	return all
}

// Plugin is the program of a plugin where the project brings it: it lies in the
// project's folder, and not beside vlmspec, which whoever runs that has trusted.
func Plugin(project string, f host.Found) (p Program, ok bool) {
	if f.Origin == host.Beside || project == "" {
		return p, false
	}
	lies := func(path string) bool {
		rel, err := filepath.Rel(itself(project), path)
		return err == nil && filepath.IsLocal(rel)
	}
	if !lies(itself(f.Path)) && !lies(filepath.Join(itself(filepath.Dir(f.Path)), filepath.Base(f.Path))) {
		return p, false
	}
	p.Key = "plugin " + f.Path
	if rel, err := filepath.Rel(project, f.Path); err == nil && filepath.IsLocal(rel) {
		p.Key = "plugin " + filepath.ToSlash(rel)
	}
	p.Digest = digest(project, nil, []string{f.Path})
	return p, true
}

// line is a config as one line of JSON.
func line(config any) string {
	if m, ok := config.(map[string]any); ok {
		if run, ok := m["run"].([]any); ok {
			return strings.Join(texts(run), " ")
		}
		if file, ok := m["file"].(string); ok {
			return file
		}
	}
	data, _ := json.Marshal(config) // of YAML, so of JSON types
	return string(data)
}

// texts are the texts in a config.
func texts(value any) (all []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			all = append(all, texts(item)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			all = append(all, texts(v[key])...)
		}
	}
	return all
}

// digest is over what is written and over the files among the words, relative to a
// folder. "" says that a file is there and cannot be read, so that nobody knows what it is.
func digest(dir string, written any, words []string) string {
	h := sha256.New()
	data, err := json.Marshal(written)
	if err != nil {
		return ""
	}
	h.Write(data)
	for i, word := range words {
		if word == "" {
			continue
		}
		sum, err := fileSum(inside(dir, word))
		if err != nil {
			return ""
		}
		fmt.Fprintf(h, "\n%d %s", i, sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// maxHashed bounds the files that are read for each run, in bytes: larger ones are
// weights rather than programs, and count by size and time.
const maxHashed = 64 << 20

// fileSum is the digest of a file; "" of what is none.
func fileSum(path string) (string, error) {
	f, err := regular.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return "", err
		}
		return "", nil // a word, or a folder
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxHashed {
		return fmt.Sprint(info.Size(), " bytes of ", info.ModTime().UnixNano()), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func inside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}
