package reader

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/vlmspec/vlmspec/runner/metric/pytext"
)

// Entity is a phrase of a Kosmos-2 caption. Start and End are its place in the clean text, in code points; Boxes are
// fractions.
type Entity struct {
	Name       string
	Start, End int
	Boxes      [][4]float64
}

var (
	kosmosPair = `<patch_index_` + digit + `+><patch_index_` + digit + `+>`
	kosmosRE   = compile(`(<phrase>([^<]+)</phrase>)?<object>((?:`, kosmosPair, `</delimiter_of_multi_objects/>)*`, kosmosPair, `)</object>`)
	patchRE    = compile(`<patch_index_(`, digit, `+)>`)
	tagRE      = compile(`<.*?>`)
)

// Kosmos2 returns the text without tags and the phrases with boxes. An object without a phrase is named by its cells,
// one entity per box. Source: huggingface/transformers, models/kosmos2/processing_kosmos2.py.
func Kosmos2(text string, grid int) (clean string, entities []Entity) {
	bare := tagRE.ReplaceAllString(text, "")
	lead := pytext.Len(bare) - pytext.Len(strings.TrimLeftFunc(bare, pytext.IsSpace))
	for _, m := range kosmosRE.FindAllStringSubmatchIndex(text, -1) {
		pairs := patchPairs(text[m[6]:m[7]])
		if m[4] < 0 {
			for _, p := range pairs {
				name := fmt.Sprintf("<patch_index_%v><patch_index_%v>", p[0], p[1])
				entities = append(entities, kosmosEntity(text, name, m[0], m[0], lead, grid, [][2]*big.Int{p}))
			}
			continue
		}
		entities = append(entities, kosmosEntity(text, text[m[4]:m[5]], m[4], m[5], lead, grid, pairs))
	}
	return pytext.Strip(bare), entities
}

func patchPairs(text string) [][2]*big.Int {
	var out [][2]*big.Int
	for part := range strings.SplitSeq(text, "</delimiter_of_multi_objects/>") {
		m := patchRE.FindAllStringSubmatch(part, 2)
		a, _ := pytext.Int(m[0][1])
		b, _ := pytext.Int(m[1][1])
		out = append(out, [2]*big.Int{a, b})
	}
	return out
}

func kosmosEntity(text, name string, start, end, lead, grid int, pairs [][2]*big.Int) Entity {
	left := pytext.Len(name) - pytext.Len(strings.TrimLeftFunc(name, pytext.IsSpace))
	right := pytext.Len(name) - pytext.Len(strings.TrimRightFunc(name, pytext.IsSpace))
	e := Entity{
		Name:  pytext.Strip(name),
		Start: pytext.Len(tagRE.ReplaceAllString(text[:start], "")) - lead + left,
		End:   pytext.Len(tagRE.ReplaceAllString(text[:end], "")) - lead - right,
	}
	for _, p := range pairs {
		e.Boxes = append(e.Boxes, patchBox(p[0], p[1], grid))
	}
	return e
}

// patchBox does not check that the cells lie in the grid, as the original does not.
func patchBox(upperLeft, lowerRight *big.Int, grid int) [4]float64 {
	cell := 1 / float64(grid)
	x0, y0 := cellOf(upperLeft, grid)
	x1, y1 := cellOf(lowerRight, grid)
	if x0 == x1 || y0 == y1 {
		return [4]float64{x0 * cell, y0 * cell, x1*cell + cell, y1*cell + cell}
	}
	return [4]float64{x0*cell + cell/2, y0*cell + cell/2, x1*cell + cell/2, y1*cell + cell/2}
}

func cellOf(index *big.Int, grid int) (x, y float64) {
	q, r := new(big.Int).DivMod(index, big.NewInt(int64(max(grid, 1))), new(big.Int))
	fx, _ := new(big.Float).SetInt(r).Float64()
	fy, _ := new(big.Float).SetInt(q).Float64()
	return fx, fy
}
