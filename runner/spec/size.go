package spec

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var sizePattern = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?(B|KB|MB|GB|TB)$`)

// ParseSize reads a size for people, such as 500MB or 1.5GB, in powers of 1000 as
// disks are sold; case does not matter.
func ParseSize(text string) (bytes int64, err error) {
	m := sizePattern.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(text)))
	if m == nil {
		return 0, fmt.Errorf("%q is no size", text)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	unit := map[string]float64{"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}[m[2]]
	if n *= unit; err != nil || n < 1 || n > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is no size that files can have", text)
	}
	return int64(n), nil
}
