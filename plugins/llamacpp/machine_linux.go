package main

import (
	"os"
	"path/filepath"
	"runtime"
)

// physicalCores counts the cores this process may use, two hyperthreads as one.
func physicalCores() int {
	siblings := map[string]bool{}
	files, _ := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
	for _, f := range files {
		if list, err := os.ReadFile(f); err == nil {
			siblings[string(list)] = true
		}
	}
	// GOMAXPROCS knows the limits of a container and of CPU affinity.
	limit := runtime.GOMAXPROCS(0)
	if len(siblings) == 0 {
		return limit
	}
	return min(len(siblings), limit)
}
