package point

import (
	"regexp"
	"strings"
)

var (
	qwenRE     = regexp.MustCompile(`(?s)(?:<ref>([^<]*)</ref>\s*)?<(?:box|point)>(.*?)</(?:box|point)>`)
	qwen2RE    = regexp.MustCompile(`(?s)(?:<\|object_ref_start\|>([^<]*)<\|object_ref_end\|>\s*)?<\|(?:box|point)_start\|>(.*?)<\|(?:box|point)_end\|>`)
	deepSeekRE = regexp.MustCompile(`(?s)(?:<\|ref\|>([^<]*)<\|/ref\|>\s*)?<\|det\|>(.*?)<\|/det\|>`)
	glmRE      = regexp.MustCompile(`(?s)()<\|begin_of_box\|>(.*?)<\|end_of_box\|>`)
	seedRE     = regexp.MustCompile(`(?s)()<(?:bbox|point)>(.*?)</(?:bbox|point)>`)
	miniGPTRE  = regexp.MustCompile(`(?s)(?:<p>([^<]*)</p>\s*)?\{((?:<[0-9]+>)+)\}`)
)

func findQwen(text string) ([]shape, error) { return tagged(qwenRE, pairs, loosePairs("<box>"))(text) }

func findQwen2(text string) ([]shape, error) {
	return tagged(qwen2RE, pairs, loosePairs("_start|>"))(text)
}
func findInternVL(text string) ([]shape, error) { return tagged(qwenRE, lists, findPhrases)(text) }
func findDeepSeek(text string) ([]shape, error) { return tagged(deepSeekRE, lists, findPhrases)(text) }
func findGLM(text string) ([]shape, error)      { return tagged(glmRE, lists, findPlain)(text) }
func findMiniCPM(text string) ([]shape, error)  { return tagged(qwenRE, blanks, findPhrases)(text) }
func findMiniGPT(text string) ([]shape, error)  { return tagged(miniGPTRE, angles, findPhrases)(text) }

// findSeed reads JSON whose texts hold tags, or tags alone.
func findSeed(text string) ([]shape, error) {
	bare := seedTags.Replace(text) // as long as text
	var f finding
	for _, n := range scan(bare) {
		f.walk(n, context{})
	}
	if len(f.named) > 0 || f.err != nil {
		return f.named, f.err
	}
	return tagged(seedRE, blanks, findPlain)(text)
}

var seedTags = strings.NewReplacer("<bbox>", "      ", "</bbox>", "       ", "<point>", "       ", "</point>", "        ")

// tagged reads the body of each tag. Servers may leave out a model's special
// tokens, so that the tags are gone: then without reads the text.
func tagged(re *regexp.Regexp, body func(string) []shape, without func(string) ([]shape, error)) func(string) ([]shape, error) {
	return func(text string) ([]shape, error) {
		if out := findTagged(re, text, body); len(out) > 0 {
			return out, nil
		}
		return without(text)
	}
}

// findTagged reads the body of each tag; spans are those of what body finds.
func findTagged(re *regexp.Regexp, text string, body func(string) []shape) []shape {
	var out []shape
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		label := ""
		if m[2] >= 0 {
			label = strings.TrimSpace(text[m[2]:m[3]])
		}
		for _, s := range body(text[m[4]:m[5]]) {
			if label != "" {
				s.label = label
			}
			s.start, s.end = m[4]+s.start, m[4]+s.end
			out = append(out, s)
		}
	}
	return out
}

func lists(body string) []shape {
	out, _ := findPlain(body)
	return out
}

// blanks reads two or four numbers with blanks or commas between them.
func blanks(body string) []shape { return whole(strings.Trim(body, " []()\n"), len(body)) }

// angles reads <10><20><30><40>.
func angles(body string) []shape {
	return whole(strings.NewReplacer("<", " ", ">", " ").Replace(body), len(body))
}

func whole(text string, size int) []shape {
	all, _ := numerals(node{text: text})
	s, ok := newShape(all)
	if !ok {
		return nil
	}
	s.end = size
	return []shape{s}
}

// pairs reads "(x,y)" as a point and "(x1,y1),(x2,y2)" as a box; a quadrilateral is neither.
func pairs(body string) []shape {
	s, ok := shapeIn(body)
	if !ok || !strings.Contains(body, "(") {
		return nil
	}
	s.end = len(body)
	return []shape{s}
}

var tuplesRE = regexp.MustCompile(tuple + `(?:\s*,?\s*` + tuple + `)*`)

const tuple = `\(\s*` + number + `\s*,\s*` + number + `\s*\)`

// loosePairs reads tuples without tags around them: one is a point, two that
// follow each other are the corners of a box. With a tag they are cut off.
func loosePairs(tag string) func(text string) ([]shape, error) {
	return func(text string) ([]shape, error) {
		if strings.Contains(text, tag) {
			return nil, nil
		}
		var out []shape
		for _, m := range tuplesRE.FindAllStringIndex(text, -1) {
			if strings.Count(text[m[0]:m[1]], "(") > 2 {
				return nil, ambiguous("%.60s may be points, or corners of boxes", text[m[0]:m[1]])
			}
			s, _ := shapeIn(text[m[0]:m[1]])
			s.start, s.end = m[0], m[1]
			out = append(out, s)
		}
		if len(out) > 0 {
			return withLabels(text, out, phraseBefore), nil
		}
		return findPlain(text)
	}
}
