package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// Accept records what is accepted for a turn, counted from 0, of a case, in
// place of what was. The rest of the file stays as it is, byte for byte, and
// comments within the entry stay too. The file is replaced at once, never half
// written.
func (s *Store) Accept(caseID string, turn int, e Entry) error {
	name, k := fileOf(caseID), key(caseID, turn)
	if keyForm.FindString(k) == "" || len(e.Answers) == 0 {
		return fmt.Errorf("accept %q: not a case with an answer", k)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.dir, name)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("accept %s: %w", k, err)
	}
	shown := filepath.Base(s.dir) + "/" + name
	if _, err := parse(shown, data); err != nil { // changed since Open
		return err
	}
	patched, err := patch(data, k, e)
	if err != nil {
		return fmt.Errorf("accept %s: %w", k, err)
	}
	entries, err := parse(shown, patched)
	if err != nil {
		return fmt.Errorf("accept %s: the file would become wrong: %w", k, err)
	}
	if err := replaceFile(path, patched); err != nil {
		return fmt.Errorf("accept %s: %w", k, err)
	}
	s.entries[k] = entries[k]
	return nil
}

// patch replaces the block of a key, or puts a new one before the first
// greater key.
func patch(data []byte, k string, e Entry) ([]byte, error) {
	lines := splitLines(data)
	keys, err := keyLines(data)
	if err != nil {
		return nil, err
	}
	begin, end := len(lines), len(lines)
	old := ""
	for i, at := range keys {
		next := len(lines)
		if i+1 < len(keys) {
			next = leadOf(lines, keys[i+1].line)
		}
		if at.key == k {
			begin, end = at.line, trimBlank(lines, at.line, next)
			old = strings.Join(lines[begin:end], "")
			break
		}
		if at.key > k {
			begin = leadOf(lines, at.line)
			end = begin
			break
		}
	}
	block, err := render(k, e, old)
	if err != nil {
		return nil, err
	}
	if old == "" {
		block = spaced(block, lines, begin)
	}
	return []byte(strings.Join(slices.Concat(lines[:begin], []string{block}, lines[end:]), "")), nil
}

type keyLine struct {
	key  string
	line int // index of its line
}

func keyLines(data []byte) ([]keyLine, error) {
	root, err := spec.Parse("", data)
	if err != nil {
		return nil, err
	}
	var keys []keyLine
	for _, e := range root.Entries() {
		keys = append(keys, keyLine{e.Key, e.KeyNode.Pos().Line - 1})
	}
	return keys, nil
}

func splitLines(data []byte) []string {
	if len(data) == 0 {
		return nil
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		data = append(slices.Clone(data), '\n')
	}
	return slices.Collect(strings.Lines(string(data)))
}

// leadOf returns the first of the comment lines right above a key: they belong
// to it.
func leadOf(lines []string, line int) int {
	for line > 0 && strings.HasPrefix(lines[line-1], "#") {
		line--
	}
	return line
}

// trimBlank leaves blank lines and comments after a block outside of it.
func trimBlank(lines []string, begin, end int) int {
	for end > begin+1 && (strings.TrimSpace(lines[end-1]) == "" || strings.HasPrefix(lines[end-1], "#")) {
		end--
	}
	return end
}

// spaced puts one blank line between a new block and its neighbours.
func spaced(block string, lines []string, at int) string {
	if at > 0 && strings.TrimSpace(lines[at-1]) != "" {
		block = "\n" + block
	}
	if at < len(lines) {
		block += "\n"
	}
	return block
}

// render writes a block, with the comments of the one it replaces.
func render(k string, e Entry, old string) (string, error) {
	var value yaml.Node
	if err := value.Encode(e); err != nil {
		return "", err
	}
	keyNode := &yaml.Node{Kind: yaml.ScalarNode, Value: k}
	if old != "" {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(old), &doc); err != nil {
			return "", err
		}
		keyNode = doc.Content[0].Content[0]
		keepComments(doc.Content[0].Content[1], &value)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{keyNode, &value}})
	return b.String(), errors.Join(err, encoder.Close())
}

// keepComments copies the comments of the keys that both maps have, and of
// answers that are still accepted.
func keepComments(from, to *yaml.Node) {
	to.HeadComment, to.LineComment, to.FootComment = from.HeadComment, from.LineComment, from.FootComment
	switch {
	case from.Kind == yaml.MappingNode && to.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(to.Content); i += 2 {
			for j := 0; j+1 < len(from.Content); j += 2 {
				if from.Content[j].Value == to.Content[i].Value {
					keepComments(from.Content[j], to.Content[i])
					keepComments(from.Content[j+1], to.Content[i+1])
				}
			}
		}
	case from.Kind == yaml.SequenceNode && to.Kind == yaml.SequenceNode:
		for _, item := range to.Content {
			i := slices.IndexFunc(from.Content, func(f *yaml.Node) bool { return f.Value == item.Value })
			if i >= 0 {
				keepComments(from.Content[i], item)
			}
		}
	}
}

// replaceFile writes a file beside the old one and renames it over.
func replaceFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".accept-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
