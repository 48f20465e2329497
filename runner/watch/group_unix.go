//go:build unix

package watch

import (
	"os"
	"os/exec"
	"syscall"
)

// lead makes a command the leader of a process group.
func lead(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// suspend stops the group of a process, or has it continue.
func suspend(p *os.Process, stop bool) {
	s := syscall.SIGCONT
	if stop {
		s = syscall.SIGSTOP
	}
	_ = syscall.Kill(-p.Pid, s)
}

// kill ends the group of a process.
func kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
