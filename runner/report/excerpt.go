package report

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// maxLines is how many lines of a prompt or an answer a screen shows.
const maxLines = 6

// excerpt is the begin of a text that takes more than some lines of a width, and
// how much is left out; a short text as it is.
func excerpt(s string, width int) string {
	end, used, lines := len(s), 0, 1
	for i, r := range s {
		if r == '\n' {
			lines++
			used = 0
		} else if used += runeColumns(r); used > width {
			lines++
			used = 1
		}
		if lines > maxLines && strings.TrimSpace(s[i:]) != "" {
			end = i
			break
		}
	}
	if end == len(s) {
		return s
	}
	return fmt.Sprintf("%s … (%s more)", strings.TrimRight(s[:end], " \n"), byteCount(len(s)-end))
}

func byteCount(n int) string {
	if n < 1000 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1000)
}

// fileURL is a file as a link names it.
func fileURL(path string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
}
