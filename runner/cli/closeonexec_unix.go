//go:build unix

package cli

import "syscall"

func closeOnExec(fd uintptr) { syscall.CloseOnExec(int(fd)) }
