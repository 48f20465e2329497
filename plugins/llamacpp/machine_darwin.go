package main

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// physicalCores counts the fast cores: ggml's threads wait for the slowest, so
// the efficiency cores of an Apple chip would set the pace.
func physicalCores() int {
	for _, name := range []string{"hw.perflevel0.physicalcpu", "hw.physicalcpu"} {
		if n, err := unix.SysctlUint32(name); err == nil && n > 0 {
			return int(n)
		}
	}
	return runtime.NumCPU()
}
