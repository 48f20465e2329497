//go:build !linux

package procgroup

import "os/exec"

func startLeader(cmd *exec.Cmd) error { return cmd.Start() }

// Activity is known on Linux only.
func (g *Group) Activity() (n uint64, known bool) { return 0, false }

// Stopped is known on Linux only.
func (g *Group) Stopped() bool { return false }
