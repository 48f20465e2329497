package point

import (
	"regexp"
	"strings"
)

var (
	qwenRE     = regexp.MustCompile(`(?s)(?:<ref>([^<]*)</ref>\s*)?<(?:box|point)>(.*?)</(?:box|point)>`)
	qwen2RE    = regexp.MustCompile(`(?s)(?:<\|object_ref_start\|>([^<]*)<\|object_ref_end\|>\s*)?<\|(?:box|point)_start\|>(.*?)<\|(?:box|point)_end\|>`)
	deepSeekRE = regexp.MustCompile(`(?s)(?:<\|ref\|>([^<]*)<\|/ref\|>\s*)?<\|det\|>(.*?)<\|/det\|>`)
)

func findQwen(answer string) []shape  { return findTagged(qwenRE, answer, pairs) }
func findQwen2(answer string) []shape { return findTagged(qwen2RE, answer, pairs) }

func findInternVL(answer string) []shape { return findTagged(qwenRE, answer, lists) }
func findDeepSeek(answer string) []shape { return findTagged(deepSeekRE, answer, lists) }

// findTagged reads the body of each tag; spans are those of what body finds.
func findTagged(re *regexp.Regexp, answer string, body func(string) []shape) []shape {
	var out []shape
	for _, m := range re.FindAllStringSubmatchIndex(answer, -1) {
		label := ""
		if m[2] >= 0 {
			label = strings.TrimSpace(answer[m[2]:m[3]])
		}
		for _, s := range body(answer[m[4]:m[5]]) {
			s.label, s.start, s.end = label, m[4]+s.start, m[4]+s.end
			out = append(out, s)
		}
	}
	return out
}

func lists(body string) []shape { return findGroups(bracketRE, body) }

// pairs reads "(x,y)" as a point and "(x1,y1),(x2,y2)" as a box; a quadrilateral is neither.
func pairs(body string) []shape {
	s, ok := newShape(body)
	if !ok || tupleRE.FindString(body) == "" {
		return nil
	}
	s.end = len(body)
	return []shape{s}
}
