package blocks

import (
	"bytes"
	"errors"
	"reflect"

	"gopkg.in/yaml.v3"
)

// render writes an entry, with the comments and the style of what it replaces.
func render(key string, v any, old string) (string, error) {
	var value yaml.Node
	if err := value.Encode(v); err != nil {
		return "", err
	}
	keyNode := &yaml.Node{Kind: yaml.ScalarNode, Value: key}
	if old != "" {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(old), &doc); err != nil {
			return "", err
		}
		keyNode = doc.Content[0].Content[0]
		keep(doc.Content[0].Content[1], &value)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	err := encoder.Encode(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{keyNode, &value}})
	return b.String(), errors.Join(err, encoder.Close())
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
