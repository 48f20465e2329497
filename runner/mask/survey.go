package mask

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxValues a picture may have and still be a mask.
const maxValues = 4096

// census is what values the visible pixels of a mask have.
type census struct {
	*pixels
	count map[value]int
	total int  // visible pixels
	clear bool // there are others
	gray  bool // no value has a hue
}

func survey(p *pixels) (*census, error) {
	c := &census{pixels: p, count: map[value]int{}, gray: true}
	for y := range p.Height {
		run, last := 0, value(0)
		for x := range p.Width {
			v, visible := p.at(x, y)
			if !visible {
				c.clear = true
				continue
			}
			if v != last && run > 0 {
				c.count[last] += run
				run = 0
			}
			last = v
			run++
		}
		if run > 0 {
			c.count[last] += run
		}
		if len(c.count) > maxValues {
			return nil, fmt.Errorf("it has more than %d different colors, as a picture has and no mask; all that is not transparent is class: %s", maxValues, Visible)
		}
	}
	for v, n := range c.count {
		c.total += n
		r, g, b := c.color(v)
		c.gray = c.gray && r == g && g == b
	}
	return c, nil
}

// class is what has a value, an index or a color.
func (c *census) class(class string) (func(value) bool, error) {
	if !c.Lossless {
		return nil, errors.New("a lossy format does not keep the values of classes: save the mask as PNG")
	}
	found := false
	inside := map[value]bool{}
	for v := range c.count {
		inside[v] = c.name(v) == class || c.hex(v) == strings.ToLower(class)
		found = found || inside[v]
	}
	if !found {
		return nil, fmt.Errorf("it has no class %s: %s", class, c.list(slices.Collect(maps.Keys(c.count))))
	}
	return func(v value) bool { return inside[v] }, nil
}

// halves is for lossy formats.
func (c *census) halves() (func(value) bool, error) {
	limit, between, bright := 0, 0, 0
	for v, n := range c.count {
		b := c.brightness(v)
		limit = max(limit, b)
		switch {
		case b >= 192:
			bright += n
		case b >= 64:
			between += n
		}
	}
	switch {
	case limit > 0 && limit < 128:
		return nil, fmt.Errorf("nothing in it is brighter than %d of 255, and a lossy format does not keep values: save the mask as PNG", limit)
	case between*10 > c.total || between > bright:
		return nil, fmt.Errorf("%.2g %% of it is neither dark nor bright, and %.2g %% is bright: say from which brightness on it is inside, with `threshold:`",
			c.percent(between), c.percent(bright))
	}
	return c.brighter(128), nil
}

// objects is what is not black, if it is one thing.
func (c *census) objects() (func(value) bool, error) {
	var objects []value
	for v := range c.count {
		if !c.background(v) {
			objects = append(objects, v)
		}
	}
	switch {
	case len(objects) == 0 && c.clear && c.total > 0:
		return nil, errors.New("what is not transparent in it is black, so nothing is inside; say class: " + Visible + " if the black is the object")
	case len(objects) <= 1:
		return func(v value) bool { return !c.background(v) }, nil
	case c.soft():
		return c.brighter(c.full()/2 + 1), nil
	}
	return nil, fmt.Errorf("what is inside? %s; say which with `class:`%s", c.list(objects), c.alternatives())
}

func (c *census) alternatives() (text string) {
	if c.gray {
		text = ", or from which brightness on with `threshold:`"
	}
	if c.clear {
		text += ", or class: " + Visible + " for all that is not transparent"
	}
	return text
}

// background is black. Where a palette has several blacks, it is a label map
// without colors, and 0 is the background.
func (c *census) background(v value) bool {
	if c.palette != nil && v != 0 && c.brightness(0) == 0 {
		return false
	}
	return c.brightness(v) == 0
}

// soft reports whether the mask is white on black whose edges are gray: there is no
// more gray than white, and no gray pixel but a few in a hundred lies between others
// of its value.
func (c *census) soft() bool {
	white := func(v value) bool { return c.brightness(v) == c.full() }
	if !c.gray || !slices.ContainsFunc(slices.Collect(maps.Keys(c.count)), white) {
		return false
	}
	flat, whites, grays := 0, 0, 0
	for y := range c.Height {
		for x := range c.Width {
			switch v, visible := c.at(x, y); {
			case !visible || c.brightness(v) == 0:
			case white(v):
				whites++
			default:
				grays++
				if c.alike(x, y, v) {
					flat++
				}
			}
		}
	}
	return grays <= whites && flat*50 <= whites+grays
}

// alike reports whether all four neighbors have the same value.
func (c *census) alike(x, y int, v value) bool {
	for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		nx, ny := x+d[0], y+d[1]
		if nx < 0 || ny < 0 || nx >= c.Width || ny >= c.Height {
			continue
		}
		if w, visible := c.at(nx, ny); !visible || w != v {
			return false
		}
	}
	return true
}

// name is how a value is written in a spec.
func (c *census) name(v value) string {
	r, _, _ := c.color(v)
	switch {
	case c.palette != nil:
		return strconv.Itoa(int(v))
	case c.gray:
		return strconv.Itoa(r)
	}
	return c.hex(v)
}

func (c *census) hex(v value) string {
	r, g, b := c.color(v)
	if c.deep {
		r, g, b = r>>8, g>>8, b>>8
	}
	return fmt.Sprintf("#%02x%02x%02x", r, g, b)
}

// list names values and their share, the most frequent first.
func (c *census) list(values []value) string {
	const limit = 8
	if c.total == 0 {
		return "it is transparent everywhere"
	}
	what := "color"
	switch {
	case c.palette != nil:
		what = "palette index"
	case c.gray:
		what = "value"
	}
	slices.SortFunc(values, func(a, b value) int {
		if d := c.count[b] - c.count[a]; d != 0 {
			return d
		}
		return int(a) - int(b)
	})
	var names []string
	for _, v := range values[:min(len(values), limit)] {
		names = append(names, fmt.Sprintf("%s (%.2g %%)", c.name(v), c.percent(c.count[v])))
	}
	if n := len(values) - limit; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return "it has the " + plural(what, len(values)) + " " + strings.Join(names, ", ")
}

func (c *census) percent(n int) float64 { return 100 * float64(n) / float64(c.total) }

func plural(what string, n int) string {
	switch {
	case n == 1:
		return what
	case strings.HasSuffix(what, "index"):
		return strings.TrimSuffix(what, "index") + "indices"
	}
	return what + "s"
}
