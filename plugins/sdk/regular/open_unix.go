//go:build unix

package regular

import "syscall"

const (
	nonblock = syscall.O_NONBLOCK // to open a named pipe would wait for its other end
	nofollow = syscall.O_NOFOLLOW
)
