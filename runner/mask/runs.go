package mask

import (
	"errors"
	"fmt"
)

// parseRuns reads COCO's run lengths: size is [height, width], counts are how many
// pixels in turn are outside and inside, going down the columns from the left.
func parseRuns(size, counts any) (*Mask, error) {
	w, h, err := sizeOf(size)
	if err != nil {
		return nil, err
	}
	runs, err := runsOf(counts)
	if err != nil {
		return nil, err
	}
	m := newMask(w, h)
	at := 0
	for i, n := range runs {
		if n < 0 || n > w*h-at {
			return nil, fmt.Errorf("counts go beyond the %d pixels of %dx%d", w*h, w, h)
		}
		if i%2 == 1 {
			for p := at; p < at+n; p++ {
				m.set(p%h*w + p/h)
			}
		}
		at += n
	}
	if at != w*h {
		return nil, fmt.Errorf("counts are for %d pixels, and %dx%d are %d", at, w, h, w*h)
	}
	return m, nil
}

func sizeOf(v any) (w, h int, err error) {
	list, _ := v.([]any)
	if len(list) == 2 {
		height, isNumber := list[0].(float64)
		width, areNumbers := list[1].(float64)
		if isNumber && areNumbers {
			return sides(height, width)
		}
	}
	return 0, 0, errors.New("expected size: [height, width] beside counts")
}

// runsOf reads counts that are a list, or a text in which COCO compresses them.
func runsOf(v any) ([]int, error) {
	switch v := v.(type) {
	case string:
		return unpack(v)
	case []any:
		runs := make([]int, len(v))
		for i, item := range v {
			f, ok := item.(float64)
			if !ok || f < 0 || f != float64(int(f)) {
				return nil, fmt.Errorf("expected a whole number in counts, got %v", item)
			}
			runs[i] = int(f)
		}
		return runs, nil
	}
	return nil, errors.New("expected counts as a list of numbers or as text")
}

// unpack reads the text form (rleFrString in cocoapi's maskApi.c): numbers of 5 bits
// a character, the least first, a sixth bit while more follow; characters begin at
// '0', the last bit is the sign, and from the fourth on each number is the difference
// to the one before the one before.
func unpack(s string) (runs []int, err error) {
	const more, sign = 0x20, 0x10
	for at := 0; at < len(s); {
		n, shift := 0, 0
		for again := true; again; shift += 5 {
			if at == len(s) || shift > 30 {
				return nil, errors.New("counts end in the middle of a number")
			}
			c := int(s[at]) - '0'
			if c < 0 || c > 63 {
				return nil, fmt.Errorf("counts cannot contain %q", s[at])
			}
			at++
			n |= c & 0x1f << shift
			again = c&more != 0
			if !again && c&sign != 0 {
				n |= -1 << (shift + 5)
			}
		}
		if len(runs) > 2 {
			n += runs[len(runs)-2]
		}
		runs = append(runs, n)
	}
	return runs, nil
}
