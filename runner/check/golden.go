package check

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// GoldenKind is the kind of the check that compares with accepted answers.
const GoldenKind = "golden"

type goldenCheck struct {
	common `yaml:",inline"`
}

// MatchesGolden checks that the answer equals an accepted one of in.Goldens.
func MatchesGolden() Check { return build(GoldenKind, &goldenCheck{}) }

func (*goldenCheck) compile(spec.Node, Env) error { return nil }

func (*goldenCheck) judge(ctx context.Context, in Input, text string) result.Verdict {
	var g Golden
	if in.Goldens != nil {
		g, _ = in.Goldens.Accepted(in.CaseID, in.Turn)
	}
	state := result.Golden{Prompt: in.promptDigest(), Changed: g.changed(in)}
	if named := in.Secrets.Named(text); named != text {
		state.Answer = named
	}
	var v result.Verdict
	v, state.State = g.compare(ctx, in, text, state.Changed)
	if state.State == result.GoldenChanged {
		state.Accepted, state.Tolerance = texts(g.Answers), len(g.Tolerance) > 0
	}
	v.Golden = &state
	return v
}

func (in Input) promptDigest() string { return cmp.Or(in.PromptSHA256, PromptDigest(in.Prompt)) }

// compare judges a text by what was accepted.
func (g Golden) compare(ctx context.Context, in Input, text string, changed []result.Change) (result.Verdict, result.GoldenState) {
	answers := texts(g.Answers)
	folded := Fold(in.Secrets.Named(text))
	switch {
	case len(answers) == 0:
		return fail("an accepted answer", text, "no golden yet; if %s is right, accept it", quote(text)), result.GoldenNew
	case len(changed) > 0:
		v := fail(answers.String(), text, "%s since the golden was accepted; look at the answer again", Changes(changed))
		v.Outcome = result.Stale
		return v, result.GoldenStale
	case slices.ContainsFunc(answers, func(a string) bool { return Fold(a) == folded }):
		return pass(answers.String(), text), result.GoldenSame
	case len(g.Tolerance) == 0:
		return fail(answers.String(), text, "answer is %s, accepted is %s", quote(text), answers), result.GoldenChanged
	}
	v := g.tolerated(ctx, in, text)
	if v.Outcome == result.Passed {
		return v, result.GoldenSame
	}
	return v, result.GoldenChanged
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

// changed lists what is no longer as it was when the golden was accepted.
func (g Golden) changed(in Input) []result.Change {
	var changes []result.Change
	if g.Prompt != "" && !strings.EqualFold(g.Prompt, in.promptDigest()) {
		changes = append(changes, result.Change{What: "prompt"})
	}
	if len(g.Images) > 0 {
		if now := digests(in.Images); len(now) != len(g.Images) {
			changes = append(changes, result.Change{What: "images", Was: len(g.Images), Now: len(now)})
		} else if i := slices.IndexFunc(now, func(sum string) bool { return !slices.Contains(g.Images, sum) }); i >= 0 {
			changes = append(changes, result.Change{What: "image", Image: &i})
		} else if !slices.Equal(now, g.Images) {
			changes = append(changes, result.Change{What: "order"})
		}
	}
	return changes
}

// Changes are changes in a clause: "the prompt has changed and image 2 has changed".
func Changes(changes []result.Change) string {
	clauses := make([]string, len(changes))
	for i, c := range changes {
		clauses[i] = c.String()
	}
	return strings.Join(clauses, " and ")
}

func digests(images []sdk.Image) []string {
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
