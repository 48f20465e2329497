package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric"
	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// text is a JSON string, or another scalar printed as Python's str does.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	s, err := scalarText(b)
	*t = text(s)
	return err
}

func scalarText(b []byte) (string, error) {
	var v any
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case nil:
		return "None", nil
	case bool:
		return pytext.Repr(v), nil
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			x, _ := pytext.Float(v.String())
			return pytext.FormatFloat(x), nil
		}
		return v.String(), nil
	}
	return "", fmt.Errorf("want a scalar, got %s", b)
}

func plain(ts []text) []string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = string(t)
	}
	return out
}

// textList is a JSON list of scalars, or one scalar, which is read as a list if it is the text of a Python list.
type textList []string

func (l *textList) UnmarshalJSON(b []byte) error {
	var many []text
	if json.Unmarshal(b, &many) == nil && string(b) != "null" {
		*l = plain(many)
		return nil
	}
	s, err := scalarText(b)
	if err != nil {
		return err
	}
	*l = goldCell(s)
	return nil
}

// goldCell reads a cell as VLMEvalKit does: the text of a list stands for its items.
func goldCell(s string) []string {
	if v, err := pytext.Literal(s); err == nil {
		if items, ok := v.([]any); ok {
			return texts(items)
		}
	}
	return []string{s}
}

func texts(items []any) []string {
	out := make([]string, len(items))
	for i, v := range items {
		out[i] = pytext.Str(v)
	}
	return out
}

// oneOrMany is a JSON list of scalars or one scalar, never evaluated.
type oneOrMany []string

func (l *oneOrMany) UnmarshalJSON(b []byte) error {
	var many []text
	if json.Unmarshal(b, &many) == nil {
		*l = plain(many)
		return nil
	}
	s, err := scalarText(b)
	*l = []string{s}
	return err
}

// choices is an object of letters; empty options are left out.
type choices map[string]*text

func (c choices) options() metric.Choices {
	out := metric.Choices{}
	for letter, t := range c {
		if t != nil {
			out[letter] = string(*t)
		}
	}
	return out
}

// letters is a list of letters, or an object whose keys they are.
type letters []string

func (l *letters) UnmarshalJSON(b []byte) error {
	var object choices
	if json.Unmarshal(b, &object) == nil {
		*l = object.options().Letters()
		return nil
	}
	var many []text
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*l = plain(many)
	return nil
}

// truth is a JSON bool or number.
type truth float64

func (t *truth) UnmarshalJSON(b []byte) error {
	var yes bool
	if json.Unmarshal(b, &yes) == nil {
		*t = 0
		if yes {
			*t = 1
		}
		return nil
	}
	var x float64
	err := json.Unmarshal(b, &x)
	*t = truth(x)
	return err
}

// maskInput is an image of zeros with half-open rectangles of a value.
type maskInput struct {
	Width  int          `json:"width"`
	Height int          `json:"height"`
	Rects  [][5]float64 `json:"rects_xyxy_value"`
}

func (m maskInput) mask() *metric.Mask {
	out := metric.NewMask(m.Width, m.Height)
	for _, r := range m.Rects {
		out.FillRect(int(r[0]), int(r[1]), int(r[2]), int(r[3]), uint8(r[4]))
	}
	return out
}

func pixels(ps []metric.Pixel) [][2]int {
	out := [][2]int{}
	for _, p := range ps {
		out = append(out, [2]int{p.X, p.Y})
	}
	return out
}
