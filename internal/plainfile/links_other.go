//go:build !unix

package plainfile

import "io/fs"

// links is how many names a file has; here it cannot be told.
func links(fs.FileInfo) uint64 { return 1 }

const nonblock = 0

// NoFollow would be the flag of [os.OpenFile] with which a link is not followed.
const NoFollow = 0

var noReader = fs.ErrClosed
