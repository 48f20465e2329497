package spec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// longSpec is a spec of some 800 lines, as people write them.
func longSpec() []string {
	var b strings.Builder
	b.WriteString(`# What the model has to know about shapes.
suite: shapes
labels: [smoke, "size:small"]
params:
  max_tokens: 32
  temperature: 0
vars:
  dir: ../images
  ask: &ask "Answer in one word."
timeout: 30s

cases:
`)
	for i := range 24 {
		fmt.Fprintf(&b, `  # ---- block %[1]d
  - name: finds the shape %[1]d
    image: ${dir}/shape-%[1]d.png
    prompt: Point to the circle, please.
    labels: [points]
    params: {max_tokens: %[2]d, seed: 1}
    expect:
      - keypoints: {targets: [[0.5, 0.25]], within: 0.08}
      - latency:
          max: 2s
          warn: true

  - name: "tells colours %[1]d"
    image: '${dir}/it''s-%[1]d.png'
    prompt: |
      Which colour is it?
        - red
        - blue: "light" or 'dark'
      Answer with one word.
    expect:
      - choice: {
          options: [red, green,
            "blue, light"],
          answer: red,
        }

  - name: remembers %[1]d
    vars: {again: *ask}
    turns:
      - image: ${dir}/red.png
        prompt: "What is in
          the image?"
        expect: [contains: circle]
      - prompt: And its colour? ${again}
        expect: [equals: red]
    repeat: 5
    require: 4/5
`, i, 32+i)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// A mutation breaks a line; it returns "" where it has nothing to break.
var mutations = []struct {
	name  string
	apply func(line string) string
}{
	{"key indented by one more", func(l string) string { return onlyIf(isKey(l), " "+l) }},
	{"key indented by one less", func(l string) string { return onlyIf(isKey(l) && l[0] == ' ', l[min(1, len(l)):]) }},
	{"key indented by two more", func(l string) string { return onlyIf(isKey(l), "  "+l) }},
	{"key indented by two less", func(l string) string { return onlyIf(isKey(l) && strings.HasPrefix(l, "  "), l[min(2, len(l)):]) }},
	{"key indented by three more", func(l string) string { return onlyIf(isKey(l), "   "+l) }},
	{"key not indented", func(l string) string { return onlyIf(isKey(l) && l[0] == ' ', strings.TrimSpace(l)) }},
	{"dash indented by two more", func(l string) string { return onlyIf(isItem(l), "  "+l) }},
	{"dash indented by two less", func(l string) string { return onlyIf(isItem(l) && strings.HasPrefix(l, "  "), l[min(2, len(l)):]) }},
	{"dash indented by three more", func(l string) string { return onlyIf(isItem(l), "   "+l) }},
	{"dash indented by four less", func(l string) string {
		return onlyIf(isItem(l) && strings.HasPrefix(l, "    "), strings.TrimPrefix(l, "    "))
	}},
	{"tab after the indent", func(l string) string {
		return onlyIf(isKey(l), strings.Replace(l, strings.TrimSpace(l), "\t"+strings.TrimSpace(l), 1))
	}},
	{"tab before a dash", func(l string) string { return onlyIf(isItem(l), "\t"+l) }},
	{"tab after a dash", func(l string) string { return onlyIf(isItem(l), strings.Replace(l, "- ", "-\t", 1)) }},
	{"dash indented by one more", func(l string) string { return onlyIf(isItem(l), " "+l) }},
	{"dash indented by one less", func(l string) string { return onlyIf(isItem(l) && l[0] == ' ', l[min(1, len(l)):]) }},
	{"dash missing", func(l string) string { return onlyIf(isItem(l), strings.Replace(l, "- ", "", 1)) }},
	{"dash without blank", func(l string) string { return onlyIf(isItem(l), strings.Replace(l, "- ", "-", 1)) }},
	{"colon missing", func(l string) string { return onlyIf(isKey(l), strings.Replace(l, ":", "", 1)) }},
	{"colon without blank", func(l string) string {
		return onlyIf(isKey(l) && strings.Contains(l, ": "), strings.Replace(l, ": ", ":", 1))
	}},
	{"second colon", func(l string) string {
		return onlyIf(strings.Contains(l, "prompt: P"), strings.Replace(l, "Point", "Well: point", 1))
	}},
	{"unknown anchor", func(l string) string { return replaceValue(l, "*nowhere") }},
	{"at sign", func(l string) string { return replaceValue(l, "@home") }},
	{"per cent", func(l string) string { return replaceValue(l, "%50") }},
	{"back quote", func(l string) string { return replaceValue(l, "`x`") }},
	{"text after a quote", func(l string) string { return replaceValue(l, `"quoted" and more`) }},
	{"text before a quote end", func(l string) string { return replaceValue(l, `"say "hi" to me"`) }},
	{"quote not closed", func(l string) string { return replaceValue(l, `"never closed`) }},
	{"single quote not closed", func(l string) string { return replaceValue(l, `'never closed`) }},
	{"bad escape", func(l string) string { return replaceValue(l, `"C:\images"`) }},
	{"list not closed", func(l string) string { return dropLast(l, "]") }},
	{"list not opened", func(l string) string { return onlyIf(strings.HasSuffix(l, "]"), strings.Replace(l, "[", "", 1)) }},
	{"map not closed", func(l string) string { return dropLast(l, "}") }},
	{"list closed as a map", func(l string) string { return onlyIf(strings.HasSuffix(l, "]"), strings.TrimSuffix(l, "]")+"}") }},
	{"comma missing", func(l string) string {
		return onlyIf(strings.Contains(l, "{") && strings.Contains(l, ", "), strings.Replace(l, ", ", " ", 1))
	}},
	{"control character", func(l string) string { return onlyIf(len(l) > 8, l[:min(7, len(l))]+"\x01"+l[min(7, len(l)):]) }},
	{"tab as indent", func(l string) string { return onlyIf(strings.HasPrefix(l, "    "), "\t"+strings.TrimPrefix(l, "    ")) }},
	{"key misspelt", func(l string) string {
		return onlyIf(isKey(l) && strings.Contains(l, "e:"), strings.Replace(l, "e:", "ee:", 1))
	}},
	{"text on its own", func(l string) string { return onlyIf(isKey(l), "something else") }},
	{"colon alone", func(l string) string { return onlyIf(isKey(l), ": "+strings.TrimSpace(l)) }},
	{"number as text", func(l string) string {
		return onlyIf(strings.Contains(l, "repeat: 5"), strings.Replace(l, "5", "five", 1))
	}},
}

func onlyIf(ok bool, line string) string {
	if !ok {
		return ""
	}
	return line
}

func isKey(l string) bool {
	key, _, found := strings.Cut(strings.TrimPrefix(strings.TrimSpace(l), "- "), ":")
	return found && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == "" && !strings.HasPrefix(strings.TrimSpace(l), "- ")
}

func isItem(l string) bool {
	_, found := strings.CutPrefix(strings.TrimSpace(l), "- ")
	return found && strings.Contains(l, ":") && !strings.Contains(l, "light")
}

func replaceValue(l, value string) string {
	key, old, found := strings.Cut(l, ": ")
	if !found || strings.ContainsAny(old, "[{|&") || strings.HasPrefix(strings.TrimSpace(l), "#") || strings.Contains(l, "light") || strings.HasSuffix(l, " in") {
		return ""
	}
	return key + ": " + value
}

func dropLast(l, bracket string) string {
	return onlyIf(strings.HasSuffix(l, bracket) && strings.TrimSpace(l) != bracket, strings.TrimSuffix(l, bracket))
}

// The line told is the line at fault: of 200 specs of 800 lines, in each of which
// one line is broken, at least 95 % are reported within one line.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const specs, least = 200, 0.95
	lines := longSpec()
	if errs := placesOf(t, lines); len(errs) > 0 {
		t.Fatal(errs)
	}
	random := rand.New(rand.NewPCG(14, 10))
	right := 0
	for i := range specs {
		m := mutations[i%len(mutations)]
		at, broken := 0, ""
		var reported []int
		for tries := 0; len(reported) == 0 && tries < 2000; tries++ { // some breaks change the meaning only
			at = random.IntN(len(lines))
			if broken = m.apply(lines[at]); broken == "" || broken == lines[at] {
				continue
			}
			changed := append([]string{}, lines...)
			changed[at] = broken
			reported = placesOf(t, changed)
		}
		if len(reported) == 0 {
			t.Fatalf("%s breaks nothing", m.name)
		}
		if reported[0] >= at && reported[0] <= at+2 { // at counts from 0
			right++
			continue
		}
		t.Logf("%s, line %d is reported at %v: %q", m.name, at+1, reported, broken)
	}
	rate := float64(right) / specs
	t.Logf("%.1f %% of %d are reported within one line", 100*rate, specs)
	if rate < least {
		t.Errorf("expected at least %.0f %%", 100*least)
	}
}

// placesOf are the lines of the mistakes in a spec, in the order they are reported.
func placesOf(t *testing.T, lines []string) []int {
	t.Helper()
	p := project(t, oneBackend+"\n-- specs/a.yaml --\n"+strings.Join(lines, "\n")+"\n")
	_, err := Load(p, nil)
	var reported []int
	for _, e := range Mistakes(err) {
		reported = append(reported, e.Pos.Line)
	}
	return reported
}
