package secret

import (
	"fmt"
	"slices"
	"strings"
)

// words are what reports themselves are written with.
var words = []string{
	"passed", "failed", "unstable", "error", "skipped", "stale", "xfailed", "xpassed", "quarantined", "inconclusive", "unchecked",
	"changed", "image", "backend", "redacted", "true", "false", "null", "none",
}

// Refuse says why a value cannot be hidden without cutting up other words, "" when
// it can be, or is empty.
func Refuse(value string) string {
	trimmed := strings.TrimSpace(value)
	part := func(word string) bool { return strings.Contains(word, trimmed) }
	switch i := slices.IndexFunc(words, part); {
	case trimmed == "":
		return ""
	case len(trimmed) < least:
		return fmt.Sprintf("has fewer than %d characters", least)
	case i >= 0:
		return fmt.Sprintf("is in the word %q, which reports are written with", words[i])
	}
	return ""
}
