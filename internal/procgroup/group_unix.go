//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package procgroup

import (
	"os/exec"
	"syscall"
)

// lead makes a command the leader of a group.
func lead(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// detach keeps the signals of the terminal from a command.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
