package point

import (
	"regexp"
	"slices"
	"strings"
)

// Objects are found by pattern, not by a JSON parser: answers come with prose around them, in fences, with single
// quotes, or cut off in the middle of a list, and every complete object in them still counts.
var (
	objectRE = regexp.MustCompile(`\{(?:[^{}"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\}`)
	listRE   = regexp.MustCompile(`["'](bbox_2d|box_2d|point_2d|bbox|box|point|points)["']\s*:\s*([\[(][-+0-9.eE,\s\[\]()]*[\])])`)
	fieldRE  = regexp.MustCompile(`["']([xy](?:_?(?:min|max|[0-9]))?)["']\s*:\s*["']?(` + number + `)`)
	labelRE  = regexp.MustCompile(`["'](?:label|name|text_content|alt)["']\s*:\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')`)
	unescape = strings.NewReplacer(`\"`, `"`, `\'`, `'`, `\\`, `\`, `\/`, `/`)
)

// corners are the ways to spell a point or box field by field.
var corners = [][]string{
	{"x_min", "y_min", "x_max", "y_max"},
	{"xmin", "ymin", "xmax", "ymax"},
	{"x1", "y1", "x2", "y2"},
	{"x0", "y0", "x1", "y1"},
	{"x", "y"},
}

// findJSON reads the innermost objects of JSON or of a Python literal.
func findJSON(answer string) []shape {
	var out []shape
	for _, m := range objectRE.FindAllStringIndex(answer, -1) {
		text := answer[m[0]:m[1]]
		for _, s := range objectShapes(text) {
			s.label, s.start, s.end = labelIn(text), m[0], m[1]
			out = append(out, s)
		}
	}
	return out
}

func objectShapes(object string) []shape {
	if m := listRE.FindStringSubmatch(object); m != nil {
		return listShapes(m[1], m[2])
	}
	fields := map[string]string{}
	for _, m := range fieldRE.FindAllStringSubmatch(object, -1) {
		fields[m[1]] = m[2]
	}
	for _, names := range corners {
		var texts []string
		for _, name := range names {
			if text, ok := fields[name]; ok {
				texts = append(texts, text)
			}
		}
		if len(texts) == len(names) {
			s, _ := newShape(strings.Join(texts, " "))
			s.key, s.named = names[0], true
			return []shape{s}
		}
	}
	return nil
}

// listShapes cuts a list, nested or flat, into points or boxes by what its key promises.
func listShapes(key, list string) []shape {
	v, decimal := numbers(list)
	arity := 2
	if strings.Contains(key, "box") {
		arity = 4
	}
	if len(v)%arity != 0 {
		return nil
	}
	var out []shape
	for part := range slices.Chunk(v, arity) {
		out = append(out, shape{v: part, decimal: decimal, key: key})
	}
	return out
}

func labelIn(object string) string {
	m := labelRE.FindStringSubmatch(object)
	if m == nil {
		return ""
	}
	return unescape.Replace(m[1] + m[2])
}
