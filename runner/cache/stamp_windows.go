package cache

import (
	"os"
	"syscall"
)

// StampOf looks at a file, or at what a symbolic link leads to. Windows has no time
// that only the system sets; that of creation and the size must do.
func StampOf(path string) (Stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Stamp{}, err
	}
	s := Stamp{Size: info.Size(), MTime: info.ModTime().UnixNano(), CTime: info.ModTime().UnixNano()}
	if data, ok := info.Sys().(*syscall.Win32FileAttributeData); ok {
		s.Inode = uint64(data.CreationTime.Nanoseconds())
	}
	return s, nil
}
