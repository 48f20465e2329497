package point

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Family is a format as it is explained to people.
type Family struct {
	Format  string
	Models  string // whose answers it reads
	Example string // of an answer
	Space   string // what its numbers count, and in which order
	Note    string // "" for nothing
	Source  string // public, "" for vlmspec's own formats
}

// Families describes every format, by name.
func Families() []Family {
	var all []Family
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		f := formats[name]
		all = append(all, Family{name, f.models, f.example, f.space(), f.note, f.source})
	}
	return all
}

func (f format) space() string {
	space := fmt.Sprintf("0 to %d", int(f.unit))
	switch f.unit {
	case pixel:
		space = "pixels of the image as the model was shown it"
	case roboPoint:
		space = "0 to 1"
	case of1024:
		space = "0 to 1023, of 1024"
	default:
	}
	if f.yFirst {
		return space + "; y before x"
	}
	return space
}

// unread are families whose answers hold no coordinates that text can be read for.
var unread = [][2]string{
	{"SmolVLM, SmolVLM2, Idefics", "no documented format: ask for fractions in the prompt, and say `format: fraction`"},
	{"Kimi-VL", "seen as fractions in `bbox_2d` (MoonshotAI/Kimi-VL#56), not documented: `format: fraction` after a look"},
	{"MolmoPoint", "answers in special tokens, which its own decoder turns into places"},
	{"GLaMM, Sa2VA, OMG-LLaVA", "masks from a decoder beside the language model"},
	{"Fuyu-8B", "y before x in pixels of a rescaled image, which its own processor undoes"},
	{"Set-of-mark prompting, Magma", "numbers of marks drawn into the image: use `number` or `choice`"},
}

// Markdown writes docs/coordinates.md.
func Markdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(intro)
	b.WriteString("| `format` | models | an answer | space | source |\n|---|---|---|---|---|\n")
	for _, f := range Families() {
		space := f.Space
		if f.Note != "" {
			space += "; " + f.Note
		}
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s | %s |\n", f.Format, f.Models, strings.ReplaceAll(f.Example, "|", `\|`), space, f.Source)
	}
	b.WriteString(after)
	for _, u := range unread {
		fmt.Fprintf(&b, "| %s | %s |\n", u[0], u[1])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const intro = `<!-- Generated from runner/point; do not edit. -->

# Coordinates

Every model family writes points and boxes in its own way, in its own space, and most of them look alike: ` + "`[452, 118]`" + ` may be pixels,
thousandths with x first or thousandths with y first. So the checks ` + "`boxes`, `keypoints`, `points_in` and `count`" + ` take a ` + "`format`" + `, which names
syntax and space together. Everything is brought to fractions of the image, x to the right, y down.

` + "```yaml" + `
- boxes: {targets: [{box: [0.1, 0.2, 0.4, 0.6], label: cat}], format: qwen3-vl}
` + "```" + `

Without a format (` + "`auto`" + `) an answer is read only where it can be read in one way: by a mark that one family alone writes (` + "`<loc0256>`" + `), by its unit
(` + "`50%`" + `), or as fractions, all numbers from 0 to 1 and one with a decimal point. Anything else cannot be read; the case fails and says so.

**Pixels** count in the image as the model was shown it, which is rarely the file. A backend reports that size where it can (the llama.cpp one does for
Qwen-VL, GLM-4V and SmolVLM). For recordings and servers say it on the check, or for a whole suite:

` + "```yaml" + `
model_size: [1148, 840]                      # of every image
model_size: original                         # pixels of the file, as when the prompt states its size
resize: {factor: 28, max_pixels: 1003520}    # the rule of Qwen2-VL and Qwen2.5-VL; factor 32 for Qwen3-VL
` + "```" + `

On the check they go before what the backend reports; on the suite, after it. With neither, pixels cannot be read.

What lies up to 5 % beyond the border is moved to it. What lies further out is left out and reported: it matches no target and still counts as
one too many. When most of an answer lies outside, its scale is wrong, and it cannot be read.

**Labels.** A target with a ` + "`label`" + ` is matched only by what the answer labels so, as soon as the answer labels anything. Case, articles and numbers behind
it (` + "`the Cat 2`" + `) make no difference; a list of labels gives other words for it.

**Several images.** Say which one is meant by ` + "`image: 1`" + `, counted from 1 over the conversation.

`

const after = `
Every format also reads JSON (` + "`bbox_2d`, `box`, `point`, `x_min`, `left` and `top`, `x`, `y`, `width` and `height`" + `, lists under a label as
` + "`{\"cat\": [...]}`" + `), lists and tuples, ` + "`x: 320, y: 240`" + `, and lines of bare numbers, all in its space. ` + "`\"format\": \"xywh\"`" + ` in a JSON answer is obeyed.

## What is not read

| family | why, and what to do |
|---|---|
`
