package compare

import "strconv"

// clusters says which cases are counted together: those that share an image, by
// content, also by way of others that have several. A case without an image stands
// for itself.
func clusters(pairs []pair) []string {
	parent := make([]int, len(pairs))
	for i := range parent {
		parent[i] = i
	}
	find := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := map[string]int{} // case by image
	for i, p := range pairs {
		for _, img := range imageKeys(p) {
			if j, seen := first[img]; seen {
				parent[find(i)] = find(j)
			} else {
				first[img] = i
			}
		}
	}
	names := make([]string, len(pairs))
	for i := range pairs {
		names[i] = strconv.Itoa(find(i))
	}
	return names
}

// imageKeys are the images of a case, by digest; by path where no run has seen it.
func imageKeys(p pair) []string {
	keys := make([]string, 0, 2)
	for i, img := range p.base.Images {
		switch {
		case img.SHA256 != "":
			keys = append(keys, img.SHA256)
		case p.candidate != nil && i < len(p.candidate.Images) && p.candidate.Images[i].SHA256 != "":
			keys = append(keys, p.candidate.Images[i].SHA256)
		default:
			keys = append(keys, "path:"+img.Path)
		}
	}
	return keys
}
