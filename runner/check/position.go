package check

import "github.com/vlmspec/vlmspec/runner/spec"

// position is a point of a spec: [x, y] in fractions of the image.
type position [2]float64

// DecodeNode implements [spec.Decoder].
func (p *position) DecodeNode(n spec.Node) error {
	items := n.Items()
	if n.Kind() != spec.List || len(items) != 2 {
		return n.Errorf("write [0.5, 0.25]", "expected a point, [x, y] in fractions of the image")
	}
	for i, item := range items {
		if err := item.Decode(&p[i]); err != nil {
			return err
		}
		if !(p[i] >= 0 && p[i] <= 1) {
			return item.Errorf("divide pixels by the image's width or height", "%s is outside the image: coordinates are fractions from 0 to 1", item.Text())
		}
	}
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*position) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 2, "maxItems": 2, "items": fraction()}
}

func (*position) typeName() string { return "[x, y]" }

func fraction() map[string]any {
	return map[string]any{"anyOf": []any{
		map[string]any{"type": "number", "minimum": 0, "maximum": 1},
		map[string]any{"type": "string", "pattern": `\$\{`},
	}}
}

// rectangle is a box of a spec: [x0, y0, x1, y1] in fractions of the image.
type rectangle [4]float64

// DecodeNode implements [spec.Decoder].
func (r *rectangle) DecodeNode(n spec.Node) error {
	var b []float64
	if n.Kind() != spec.List {
		return n.Errorf("write [0, 0, 0.5, 1]", "expected a box, [x0, y0, x1, y1] in fractions of the image")
	}
	if err := n.Decode(&b); err != nil {
		return err
	}
	if !isBox(b) {
		return n.Errorf("write [0, 0, 0.5, 1]", "expected a box: [x0, y0, x1, y1], fractions of the image, x0 < x1 and y0 < y1")
	}
	copy(r[:], b)
	return nil
}

// JSONSchema implements [spec.Schemer].
func (*rectangle) JSONSchema() map[string]any {
	return map[string]any{"type": "array", "minItems": 4, "maxItems": 4, "items": fraction()}
}

func (*rectangle) typeName() string { return "[x0, y0, x1, y1]" }

// pointTarget is a point of a spec, or a map of one and its label.
type pointTarget struct {
	position
	label texts
}

type pointTargetMap struct {
	Point position `yaml:"point" required:"true" doc:"[x, y] in fractions of the image"`
	Label texts    `yaml:"label" doc:"what the answer must label it, or a list of words for it"`
}

// DecodeNode implements [spec.Decoder].
func (t *pointTarget) DecodeNode(n spec.Node) error {
	if n.Kind() != spec.Map {
		return t.position.DecodeNode(n)
	}
	var m pointTargetMap
	err := n.Decode(&m)
	t.position, t.label = m.Point, m.Label
	return spec.Join(err, labelMistake(n, m.Label))
}

// JSONSchema implements [spec.Schemer].
func (*pointTarget) JSONSchema() map[string]any { return targetSchema("point", new(position)) }

func (*pointTarget) typeName() string { return "[x, y], or {point: [x, y], label: text}" }

// boxTarget is a box of a spec, or a map of one and its label.
type boxTarget struct {
	rectangle
	label texts
}

type boxTargetMap struct {
	Box   rectangle `yaml:"box" required:"true" doc:"[x0, y0, x1, y1] in fractions of the image"`
	Label texts     `yaml:"label" doc:"what the answer must label it, or a list of words for it"`
}

// DecodeNode implements [spec.Decoder].
func (t *boxTarget) DecodeNode(n spec.Node) error {
	if n.Kind() != spec.Map {
		return t.rectangle.DecodeNode(n)
	}
	var m boxTargetMap
	err := n.Decode(&m)
	t.rectangle, t.label = m.Box, m.Label
	return spec.Join(err, labelMistake(n, m.Label))
}

// JSONSchema implements [spec.Schemer].
func (*boxTarget) JSONSchema() map[string]any { return targetSchema("box", new(rectangle)) }

func (*boxTarget) typeName() string {
	return "[x0, y0, x1, y1], or {box: [x0, y0, x1, y1], label: text}"
}

func labelMistake(n spec.Node, label texts) error {
	if n.Get("label").IsZero() {
		return nil
	}
	return label.check(n.Get("label"))
}

func targetSchema(key string, place spec.Schemer) map[string]any {
	return map[string]any{"anyOf": []any{
		place.JSONSchema(),
		map[string]any{
			"type": "object", "additionalProperties": false, "required": []any{key},
			"properties": map[string]any{key: place.JSONSchema(), "label": new(texts).JSONSchema()},
		},
	}}
}
