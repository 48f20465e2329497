//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package procgroup

import (
	"os"
	"os/exec"
)

// There are no process groups: the leader alone is killed. vlmspec itself runs
// on Unix only.
func lead(*exec.Cmd)   {}
func detach(*exec.Cmd) {}

func killGroup(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_ = p.Kill()
	}
}

// awaitExit waits until a process has ended.
func awaitExit(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		_, _ = p.Wait()
	}
}
