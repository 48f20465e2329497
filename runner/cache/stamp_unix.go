//go:build unix

package cache

import (
	"os"

	"golang.org/x/sys/unix"
)

// StampOf looks at a file, or at what a symbolic link leads to.
func StampOf(path string) (Stamp, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return Stamp{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	return Stamp{
		Size: st.Size, Inode: st.Ino, MTime: st.Mtim.Nano(), CTime: st.Ctim.Nano(),
		Device: uint64(st.Dev), //nolint:unconvert // it is another type elsewhere
	}, nil
}
