package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of one YAML file. They are far above what people write and low
// enough that a hostile file costs milliseconds.
const (
	maxFileBytes = 32 << 20
	maxDepth     = 64
	maxNodes     = 4 << 20 // with every alias written out
	maxAliasGain = 100_000 // nodes that aliases may add to those written
)

// Parse reads a file that holds one YAML document. file is its name in
// errors. It refuses whatever would later be misread: duplicate keys, unknown
// tags, aliases that grow without bound, text that is not UTF-8. An empty file
// is a Node of kind Null.
//
// Paths in the document are relative to the folder of file.
func Parse(file string, data []byte) (Node, error) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return Node{}, err
	}
	return parse(&source{name: filepath.ToSlash(file), dir: dir, root: dir}, data)
}

func parse(src *source, data []byte) (_ Node, err error) {
	root := Node{src: src}
	if len(data) > maxFileBytes {
		return root, root.Errorf("split it into several files", "the file is larger than %d MiB", maxFileBytes>>20)
	}
	if !utf8.Valid(data) {
		return root, notUTF8(src.name, data)
	}
	defer func() {
		if r := recover(); r != nil { // a fault of the YAML library must not end the run
			err = root.Errorf("", "cannot be read as YAML (%v)", r)
		}
	}()
	var doc, next yaml.Node
	masked, shown := mask(data)
	decoder := yaml.NewDecoder(bytes.NewReader(masked))
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return root, nil
	} else if err != nil {
		return root, syntaxError(src.name, data, masked, err)
	}
	if err := decoder.Decode(&next); err == nil {
		return root, root.at(&next).Errorf("one file holds one document: remove the line ---", "a second document begins here")
	} else if !errors.Is(err, io.EOF) {
		return root, syntaxError(src.name, data, masked, err)
	}
	root.y = doc.Content[0]
	if shown != nil {
		unmask(root.y, shown)
	}
	return root, inspect(root)
}

// inspector walks a document once, before anything follows its aliases.
type inspector struct {
	src      *source
	anchored map[*yaml.Node]extent // zero while still being measured
	written  int
	problems problems
}

// extent is the size of a tree with its aliases written out.
type extent struct{ nodes, height int }

func inspect(root Node) error {
	in := &inspector{src: root.src, anchored: map[*yaml.Node]extent{}}
	all, err := in.visit(root.y, 1)
	if err != nil {
		return err
	}
	if all.nodes > maxNodes || all.nodes-in.written > maxAliasGain {
		return root.Errorf("write the content out, or split the file", "aliases expand the %d nodes of this file to %s", in.written, atMost(all.nodes))
	}
	return in.problems.err()
}

func atMost(n int) string {
	if n > maxNodes {
		return fmt.Sprintf("more than %d", maxNodes)
	}
	return fmt.Sprint(n)
}

// visit measures y; nodes are capped just above maxNodes.
func (in *inspector) visit(y *yaml.Node, depth int) (extent, error) {
	at := Node{y: y, src: in.src}
	if y.Kind == yaml.AliasNode {
		return in.alias(at, depth)
	}
	if depth > maxDepth {
		return extent{}, at.Errorf("", "nested more than %d deep", maxDepth)
	}
	in.written++
	in.tag(at)
	if y.Anchor != "" {
		in.anchored[y] = extent{}
	}
	if y.Kind == yaml.MappingNode {
		in.keys(at)
	}
	all := extent{nodes: 1}
	for _, c := range y.Content {
		below, err := in.visit(c, depth+1)
		if err != nil {
			return extent{}, err
		}
		all.nodes = min(all.nodes+below.nodes, maxNodes+1)
		all.height = max(all.height, below.height)
	}
	all.height++
	if y.Anchor != "" {
		in.anchored[y] = all
	}
	return all, nil
}

// alias measures what an alias stands for without walking it again.
func (in *inspector) alias(at Node, depth int) (extent, error) {
	target := in.anchored[at.y.Alias]
	if target.height == 0 {
		return target, at.Errorf("", "*%s stands inside what it names", at.y.Value)
	}
	if depth+target.height-1 > maxDepth {
		return target, at.Errorf("", "nested more than %d deep", maxDepth)
	}
	return target, nil
}

func (in *inspector) tag(at Node) {
	if at.y.Style&yaml.TaggedStyle == 0 {
		return
	}
	switch at.y.ShortTag() {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!seq", "!!map":
	default:
		in.problems.add(at.Errorf("remove it", "YAML tag %s means nothing here", at.y.Tag))
	}
}

// keys reports keys given twice, keys that are not scalars and bad merges.
func (in *inspector) keys(at Node) {
	first := make(map[string]int, len(at.y.Content)/2)
	for i := 0; i+1 < len(at.y.Content); i += 2 {
		key := at.at(at.y.Content[i])
		name := unalias(key.y)
		switch line, twice := first[name.Value]; {
		case isMerge(key.y):
			if !mergeable(at.y.Content[i+1]) {
				in.problems.add(key.Errorf("write <<: *name, or <<: [*one, *two]", "<< merges a map or a list of maps only"))
			}
		case name.Kind != yaml.ScalarNode:
			in.problems.add(key.Errorf("", "a key must be plain text"))
		case twice:
			in.problems.add(key.Errorf("keep one of the two", "key %q is given twice, first on line %d", name.Value, line))
		default:
			first[name.Value] = key.y.Line
		}
	}
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.Tag == "!!merge" }

func mergeable(value *yaml.Node) bool {
	switch value.Kind {
	case yaml.AliasNode:
		value = value.Alias
	case yaml.SequenceNode:
		for _, c := range value.Content {
			if unalias(c).Kind != yaml.MappingNode {
				return false
			}
		}
		return true
	}
	return value.Kind == yaml.MappingNode
}
