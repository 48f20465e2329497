package cache

import "time"

// Stamp tells a file from what it becomes when somebody writes to it. It is no
// digest: it is had without reading the file.
type Stamp struct {
	Size   int64  `json:"size"`
	Inode  uint64 `json:"inode"`
	MTime  int64  `json:"mtime"` // nanoseconds since 1970
	CTime  int64  `json:"ctime"` // set by the kernel, so that no tool can set it back
	Device uint64 `json:"device"`
}

// settleTime is longer than any file system takes for its clock to tick.
const settleTime = 2 * time.Second

// Settled reports whether a change to the file from now on would change its
// stamp. Right after a change another may fall within the same tick of the file
// system's clock.
func (s Stamp) Settled(now time.Time) bool {
	return now.Add(-settleTime).UnixNano() > max(s.MTime, s.CTime)
}
