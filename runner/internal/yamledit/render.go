package yamledit

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/vlmspec/vlmspec/runner/spec"
)

// render writes an entry, with the comments and the style of what it replaces.
func render(key string, v any, old string) (string, error) {
	value, err := encode(v)
	if err != nil {
		return "", err
	}
	plainDates(value)
	keyNode := &yaml.Node{Kind: yaml.ScalarNode, Value: key}
	if old != "" {
		var doc yaml.Node
		// A spec may say more than the YAML library reads, as [is it?]; that is written anew.
		if err := yaml.Unmarshal([]byte(old), &doc); err == nil {
			keyNode = doc.Content[0].Content[0]
			keep(doc.Content[0].Content[1], value)
		}
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err = encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{keyNode, value}})
	return b.String(), errors.Join(err, encoder.Close())
}

var date = regexp.MustCompile(`^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$`)

// plainDates writes dates below a key as people do, without quotes.
func plainDates(entry *yaml.Node) {
	for i := 1; entry.Kind == yaml.MappingNode && i < len(entry.Content); i += 2 {
		if v := entry.Content[i]; v.Kind == yaml.ScalarNode && date.MatchString(v.Value) {
			v.Style, v.Tag = 0, "!!timestamp"
		}
	}
}

// encode makes a node of a value. The YAML library writes some texts of lines as
// blocks that read otherwise, "\n" as nothing, but quotes them in flow style.
func encode(v any) (*yaml.Node, error) {
	var styled, flow yaml.Node
	err := errors.Join(styled.Encode(v), flow.Encode(struct {
		V any `yaml:",flow"`
	}{v}))
	if err != nil {
		return nil, err
	}
	quoteLines(&styled, flow.Content[1])
	return &styled, nil
}

// quoteLines quotes texts whose lines are not plain.
func quoteLines(n, flow *yaml.Node) {
	if n.Kind == yaml.ScalarNode && strings.Contains(flow.Value, "\n") {
		n.Value = flow.Value
		for line := range strings.SplitSeq(n.Value, "\n") {
			if line == "" || line != strings.TrimSpace(line) {
				n.Style = yaml.DoubleQuotedStyle
			}
		}
	}
	for i := range n.Content {
		quoteLines(n.Content[i], flow.Content[i])
	}
}

// holds reports whether an entry that was read is what was to be written.
func holds(actual spec.Node, want any) bool {
	var value any
	n, err := encode(want)
	if err != nil || n.Decode(&value) != nil {
		return false
	}
	a, errA := json.Marshal(actual.Any())
	b, errB := json.Marshal(value)
	return errors.Join(errA, errB) == nil && bytes.Equal(a, b)
}

// keep leaves what has the same value as it was written, and the comments of
// keys and items that both have.
func keep(from, to *yaml.Node) {
	if same(from, to) {
		*to = *from
		return
	}
	to.HeadComment, to.LineComment, to.FootComment = from.HeadComment, from.LineComment, from.FootComment
	switch {
	case from.Kind == yaml.MappingNode && to.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(to.Content); i += 2 {
			for j := 0; j+1 < len(from.Content); j += 2 {
				if from.Content[j].Value == to.Content[i].Value {
					keep(from.Content[j], to.Content[i])
					keep(from.Content[j+1], to.Content[i+1])
				}
			}
		}
	case from.Kind == yaml.SequenceNode && to.Kind == yaml.SequenceNode:
		for _, item := range to.Content {
			for _, f := range from.Content {
				if same(f, item) {
					*item = *f
					break
				}
			}
		}
	}
}

// same reports whether two nodes hold equal values.
func same(a, b *yaml.Node) bool {
	if a.Kind != b.Kind {
		return false
	}
	var x, y any
	return a.Decode(&x) == nil && b.Decode(&y) == nil && reflect.DeepEqual(x, y)
}
