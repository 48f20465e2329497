// Package machine says what the machine of this process has left. Start reading at
// [FreeMemory].
package machine

import (
	"os"
	"strconv"
	"strings"
)

// FreeMemory is how many bytes of memory programs may still take: what the kernel
// says is available, within the limit of the control group (version 2) of this
// process, of whose memory only what belongs to no file counts as taken. 0 is
// not known. It is safe for concurrent use.
func FreeMemory() int64 {
	free := field("/proc/meminfo", "MemAvailable:") << 10
	const group = "/sys/fs/cgroup/"
	if limit := field(group+"memory.max", ""); limit > 0 && free > 0 {
		free = min(free, max(limit-field(group+"memory.stat", "anon"), 1))
	}
	return free
}

// field reads the number behind a word at the start of a line of a file; 0 when
// there is none.
func field(path, word string) int64 {
	data, _ := os.ReadFile(path)
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) > 0 && (word == "" || f[0] == word) {
			n, _ := strconv.ParseInt(f[min(1, len(f)-1)], 10, 64)
			return n
		}
	}
	return 0
}
