//go:build !unix

package watch

import (
	"os"
	"os/exec"
)

// Here are no process groups; [vlmspec watch] does not run.
func lead(*exec.Cmd)            {}
func suspend(*os.Process, bool) {}
func kill(p *os.Process)        { _ = p.Kill() }
