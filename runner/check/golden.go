package check

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// GoldenKind is the kind of the check that compares with accepted answers, and
// NoGolden how its reason begins where there is none.
const (
	GoldenKind = "golden"
	NoGolden   = "no golden yet"
)

type goldenCheck struct {
	common `yaml:",inline"`
}

// MatchesGolden checks that the answer equals an accepted one of in.Goldens.
func MatchesGolden() Check { return build(GoldenKind, &goldenCheck{}) }

func (*goldenCheck) compile(spec.Node, Env) error { return nil }

func (*goldenCheck) judge(ctx context.Context, in Input, text string) result.Verdict {
	var g Golden
	ok := false
	if in.Goldens != nil {
		g, ok = in.Goldens.Accepted(in.CaseID, in.Turn)
	}
	if !ok || len(g.Answers) == 0 {
		return fail("an accepted answer", text, NoGolden+"; if %s is right, accept it", quote(text))
	}
	answers := texts(g.Answers)
	if changed := g.changed(in); changed != "" {
		v := fail(answers.String(), text, "%s since the golden was accepted; look at the answer again", changed)
		v.Outcome = result.Stale
		return v
	}
	folded := Fold(text)
	for _, a := range answers {
		if Fold(a) == folded {
			return pass(answers.String(), text)
		}
	}
	if len(g.Tolerance) > 0 {
		return g.tolerated(ctx, in, text)
	}
	return fail(answers.String(), text, "answer is %s, accepted is %s", quote(text), answers)
}

// tolerated judges an answer that equals none by the checks that came with them.
func (g Golden) tolerated(ctx context.Context, in Input, text string) result.Verdict {
	in.Answer = text
	var v result.Verdict
	expected := texts(g.Answers).String()
	for _, c := range g.Tolerance {
		if v = c.Judge(ctx, in); v.Outcome != result.Passed {
			v.Reason = "not within the tolerance of the golden: " + v.Reason
			break
		}
	}
	v.Expected, v.Actual = fmt.Sprintf("%s, or %s", expected, v.Expected), text
	return v
}

// changed says what is no longer as it was when the golden was accepted.
func (g Golden) changed(in Input) string {
	var changes []string
	if g.Prompt != "" && !strings.EqualFold(g.Prompt, PromptDigest(in.Prompt)) {
		changes = append(changes, "the prompt has changed")
	}
	if len(g.Images) > 0 {
		if now := digests(in.Images); len(now) != len(g.Images) {
			changes = append(changes, fmt.Sprintf("the number of images has changed from %d to %d", len(g.Images), len(now)))
		} else if i := slices.IndexFunc(in.Images, func(img Image) bool { return !slices.Contains(g.Images, img.SHA256) }); i >= 0 {
			changes = append(changes, fmt.Sprintf("image %d (%s) has changed", i+1, in.Images[i].Path))
		} else if !slices.Equal(now, g.Images) {
			changes = append(changes, "the order of the images has changed")
		}
	}
	return strings.Join(changes, " and ")
}

func digests(images []Image) []string {
	out := make([]string, len(images))
	for i, img := range images {
		out[i] = img.SHA256
	}
	return out
}

// PromptDigest is what a golden records of a prompt: SHA-256, hex.
func PromptDigest(prompt string) string {
	sum := sha256.Sum256([]byte(prompt))
	return hex.EncodeToString(sum[:])
}
