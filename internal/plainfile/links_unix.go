//go:build unix

package plainfile

import (
	"io/fs"
	"syscall"
)

// links is how many names a file has.
func links(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Nlink) //nolint:unconvert // another type on other systems
	}
	return 1
}

const nonblock = syscall.O_NONBLOCK

// NoFollow is the flag of [os.OpenFile] with which a link is not followed.
const NoFollow = syscall.O_NOFOLLOW

// noReader is what opening a pipe without a reader comes to.
var noReader error = syscall.ENXIO
