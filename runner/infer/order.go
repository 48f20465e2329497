package infer

import (
	"cmp"
	"slices"
	"strings"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// byImages keeps the order of first appearance, and brings tasks that show the
// same images together.
func byImages(queue []int, tasks []Task) [][]int {
	groups := map[string]int{}
	var out [][]int
	for _, i := range queue {
		key := strings.Join(imagesOf(tasks[i].Case), "\x00")
		g, ok := groups[key]
		if !ok {
			g = len(out)
			groups[key] = g
			out = append(out, nil)
		}
		out[g] = append(out[g], i)
	}
	return out
}

// costliestFirst orders groups by the pixels of their images, so that no large
// image is left to the end, when nothing else could be computed beside it. Those
// that cost the same keep their order.
func costliestFirst(groups [][]int, tasks []Task) []int {
	pixels := map[string]int{}
	cost := make([]int, len(groups))
	at := make([]int, len(groups))
	for g, group := range groups {
		at[g] = g
		for _, path := range imagesOf(tasks[group[0]].Case) {
			if _, seen := pixels[path]; !seen && len(groups) > 1 {
				info, _ := imaging.InspectFile(path) // what is wrong with it is reported when it is shown
				pixels[path] = info.Width * info.Height
			}
			cost[g] += pixels[path]
		}
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(cost[b], cost[a]) })
	var out []int
	for _, g := range at {
		out = append(out, groups[g]...)
	}
	return out
}

// imagesOf are the paths of the images of a case, in the order shown.
func imagesOf(c *spec.Case) []string {
	var paths []string
	for _, t := range c.Turns {
		for _, p := range t.Parts {
			if p.Image != nil {
				paths = append(paths, p.Image.Path)
			}
		}
	}
	return paths
}
