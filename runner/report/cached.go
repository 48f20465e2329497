package report

import (
	"fmt"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
)

// cachedSamples says how many samples of a case an earlier run has answered:
// "true" for all of them, "2 of 5 samples", "" for none.
func cachedSamples(c *result.Case) string {
	n := 0
	for _, s := range c.Samples {
		if s.Cached {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case len(c.Samples):
		return "true"
	}
	return fmt.Sprintf("%d of %d samples", n, len(c.Samples))
}

// cachedDetail says in a sentence what of a case was not computed anew.
func cachedDetail(c *result.Case) string {
	var parts []string
	switch n := cachedSamples(c); n {
	case "":
	case "true":
		parts = append(parts, "the answer was taken from the cache; --no-cache asks again")
	default:
		parts = append(parts, n+" were taken from the cache; --no-cache asks again")
	}
	if encodeCached(c) {
		parts = append(parts, "encode: cached")
	}
	for _, v := range verdictsOf(c) {
		if v.Judge != nil && v.Judge.Cached {
			parts = append(parts, "the grade of judge "+v.Judge.Backend+" was taken from the cache")
			break
		}
	}
	return strings.Join(parts, "; ")
}

func verdictsOf(c *result.Case) []result.Verdict {
	var all []result.Verdict
	for _, s := range c.Samples {
		for _, t := range s.Turns {
			all = append(all, t.Verdicts...)
		}
	}
	return all
}

// encodeCached reports whether the backend, which was asked, encoded no image of
// a case, since it had encoded all of them before.
func encodeCached(c *result.Case) bool {
	shown, cached := encodes(c)
	return shown > 0 && cached == shown
}

// encodes counts the samples of a case for which the backend was shown images,
// and those of them whose images it had all encoded before.
func encodes(c *result.Case) (shown, cached int) {
	for _, s := range c.Samples {
		if s.Cached || s.Error != nil {
			continue
		}
		images, known := 0, true
		for _, t := range s.Turns {
			images += strings.Count(t.Prompt, "<image>")
			known = known && t.CachedImages >= images
		}
		if images == 0 {
			continue
		}
		if shown++; known {
			cached++
		}
	}
	return shown, cached
}
