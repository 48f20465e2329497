package check

import (
	"regexp"
	"slices"
	"strings"
)

var (
	counterRE = regexp.MustCompile(`[\s_#-]*[0-9]+$`)
	articleRE = regexp.MustCompile(`^(?:the|a|an) `)
)

// foldLabel is a label without case, article and the number behind it: "The Cat 2"
// is cat.
func foldLabel(label string) string {
	folded := articleRE.ReplaceAllString(strings.Join(strings.Fields(strings.ReplaceAll(Fold(label), "_", " ")), " "), "")
	if bare := counterRE.ReplaceAllString(folded, ""); bare != "" {
		return bare
	}
	return folded
}

// labelled reports whether something with a label may be what is wanted: always,
// unless there are words for it and the answer labels things otherwise.
func labelled(label string, wanted texts, answerLabels bool) bool {
	if len(wanted) == 0 || !answerLabels {
		return true
	}
	folded := foldLabel(label)
	return slices.ContainsFunc(wanted, func(w string) bool { return foldLabel(w) == folded })
}

// noneRE matches the sentences that say there is nothing to point at, and nothing else.
var noneRE = regexp.MustCompile(`^(?:none|nothing|zero|0|null|there (?:is|are) (?:none|nothing)|` +
	`(?:(?:there (?:is|are)|i (?:can )?see|the (?:image|picture|photo) (?:shows|contains|has)) )?(?:no|zero|0) ((?:[\pL-]+ ){0,2}[\pL-]+?)` +
	`(?: (?:visible|present|shown|found|detected))?)` +
	`(?: (?:visible|present|shown|found|detected))?(?: (?:in|on) (?:the|this) (?:image|picture|photo|scene))?$`)

// emptyRE matches JSON that lists nothing: [], {"boxes": []}, {"count": 0}.
var emptyRE = regexp.MustCompile(`^(?:\[\s*(?:\[\s*\])?\s*\]|\{\s*"[^"]*"\s*:\s*(?:\[\s*\]|null)\s*\}|\{\s*"(?:count|number|total)"\s*:\s*0\s*\})$`)

// noThing are words behind "no" that are about the question and not the image.
var noThing = strings.Fields("idea clue answer image images picture photo problem way doubt comment opinion information evidence " +
	"indication question matter one sense means access view need point reason response output content data error result results")

// saysNone reports whether an answer says in so many words that there is nothing:
// "There are none.", "no cats in the image", [], {"boxes": []}.
func saysNone(text string) bool {
	if len(text) > 400 {
		return false
	}
	bare := strings.Trim(strings.TrimSpace(text), "`*\"' \n")
	bare = strings.TrimSpace(strings.TrimPrefix(bare, "json"))
	if emptyRE.MatchString(bare) {
		return true
	}
	m := noneRE.FindStringSubmatch(strings.Join(strings.Fields(Fold(bare)), " "))
	if m == nil {
		return false
	}
	return !slices.ContainsFunc(strings.Fields(m[1]), func(w string) bool { return slices.Contains(noThing, w) })
}
