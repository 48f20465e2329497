package cache

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Stamp tells a file from what it becomes when somebody writes to it. It is no
// digest: it is had without reading the file.
type Stamp struct {
	Size   int64  `json:"size"`
	Inode  uint64 `json:"inode"`
	MTime  int64  `json:"mtime"` // nanoseconds since 1970
	CTime  int64  `json:"ctime"` // set by the kernel, so that no tool can set it back
	Device uint64 `json:"device"`
}

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

// settleTime is longer than any file system takes for its clock to tick.
const settleTime = 2 * time.Second

// Settled reports whether a change to the file from now on would change its
// stamp. Right after a change another may fall within the same tick of the file
// system's clock.
func (s Stamp) Settled(now time.Time) bool {
	return now.Add(-settleTime).UnixNano() > max(s.MTime, s.CTime)
}
