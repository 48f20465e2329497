package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
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

// freeMemory is the main memory that programs may still take without swapping, in
// bytes: what Linux estimates, or what the control group leaves; 0 when unknown.
func freeMemory() uint64 {
	free := uint64(0)
	info, _ := os.ReadFile("/proc/meminfo")
	if _, after, ok := strings.Cut(string(info), "MemAvailable:"); ok {
		var kib uint64
		if _, err := fmt.Sscan(after, &kib); err == nil {
			free = kib << 10
		}
	}
	group := func(file string) (uint64, bool) {
		data, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", file))
		n, bad := strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
		return n, err == nil && bad == nil
	}
	if limit, ok := group("memory.max"); ok {
		if used, ok := group("memory.current"); ok && limit > used {
			free = min(free, limit-used)
		}
	}
	return free
}
