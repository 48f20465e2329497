package web

import "github.com/vlmspec/vlmspec/runner/result"

// clusters number the cases that share an image, over any number of steps: five
// prompts on one image are not five opinions. A case without an image is one of
// its own.
func clusters(cases []result.Case) []int {
	parent := make([]int, len(cases))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{}
	for i := range cases {
		for _, img := range cases[i].Images {
			key := img.SHA256
			if key == "" {
				key = img.Path
			}
			if j, ok := first[key]; ok {
				parent[root(i)] = root(j)
			} else {
				first[key] = i
			}
		}
	}
	for i := range parent {
		parent[i] = root(i)
	}
	return parent
}
