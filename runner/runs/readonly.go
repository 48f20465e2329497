package runs

import (
	"errors"
	"io/fs"
	"syscall"
)

// ReadOnly reports whether an error says that nothing may be written where the
// store is: such a run has its verdicts, and is not kept.
func ReadOnly(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)
}
