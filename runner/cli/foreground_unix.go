//go:build unix

package cli

import "golang.org/x/sys/unix"

// inForeground reports whether this process may read from a terminal.
func inForeground(fd int) bool {
	owner, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && owner == unix.Getpgrp()
}
