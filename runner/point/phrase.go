package point

import (
	"regexp"
	"slices"
	"strings"
)

// withLabels gives each shape that has no label the one that the text before it
// gives, behind the shape before. One right behind another has the same.
func withLabels(text string, shapes []shape, label func(before string) string) []shape {
	from, last := 0, ""
	for i := range shapes {
		s := &shapes[i]
		before := text[max(from, s.start-longestLabel, 0):max(from, s.start)]
		if s.label == "" {
			if strings.Trim(before, " ;,[](){}\t\n") != "" {
				last = label(before)
			}
			s.label = last
		}
		from = max(from, s.end)
	}
	return shapes
}

// findPhrases reads lists in brackets that stand behind what they are of, as in
// "the dog [120, 340, 560, 780]".
func findPhrases(text string) ([]shape, error) {
	out, err := findPlain(text)
	return withLabels(text, out, phraseBefore), err
}

// phraseBefore is what the text says last: "a cat and the dog" of "I see a cat and the dog".
func phraseBefore(before string) string {
	phrase := strings.TrimRight(before, " [(\t\n")
	phrase = phrase[strings.LastIndexAny(phrase, ".;,:!?\n])}>")+1:]
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(phrase)+" ", "and "))
}

var (
	labelLineRE = regexp.MustCompile(`(?i)\b(?:label|name|class|object|category)["']?\s*[:=]\s*["']?([^\n"',\[\](){}]+)`)
	headingRE   = regexp.MustCompile(`(?:^|\n)\s*(?:[-*•]\s+|[0-9]+[.)]\s+)?\**"?'?([\pL][\pL\pN _-]*?)"?'?\**\s*[:=]\**\s*\[*\s*$`)
)

// labelBefore is the label of "label: cat, box: [...]" and of "cat: [...]" at the
// beginning of a line; "" where the text is prose.
func labelBefore(before string) string {
	if all := labelLineRE.FindAllStringSubmatch(before, -1); all != nil {
		return strings.TrimSpace(all[len(all)-1][1])
	}
	heading := headingOf(before)
	words := strings.Split(keyName(heading), "_")
	if len(words) > 3 || slices.ContainsFunc(words, isAbout) {
		return "" // The box is at: [...]
	}
	return heading
}

// headingOf is what stands at the beginning of the last line, before a colon.
func headingOf(before string) string {
	m := headingRE.FindStringSubmatch(before)
	if m == nil {
		return ""
	}
	return strings.TrimSpace(m[1])
}

// dropOthers leaves out lists that say under their heading that they are none:
// "Image size: [640, 480]".
func dropOthers(text string, shapes []shape) []shape {
	from := 0
	return slices.DeleteFunc(shapes, func(s shape) bool {
		before := text[max(from, s.start-longestLabel, 0):max(from, s.start)]
		from = max(from, s.end)
		return slices.ContainsFunc(strings.Split(keyName(headingOf(before)), "_"), func(w string) bool { return otherKeys[w] })
	})
}

// isAbout reports whether a word is about the answer rather than a thing in it.
func isAbout(word string) bool {
	return boxKeys[word] || pointKeys[word] || placeKeys[word] || holders[word] || otherKeys[word] || talk[word]
}

var talk = words("here is are at bounding final my below follows located found pixel pixels normalized output step note")
