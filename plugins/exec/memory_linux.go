package main

import "golang.org/x/sys/unix"

// limitMemory bounds the data of a process that has just been started, and of those
// that it starts, each: heap and private mappings (RLIMIT_DATA, see setrlimit(2)).
func limitMemory(pid, mb int) {
	if mb > 0 && pid > 0 {
		limit := unix.Rlimit{Cur: uint64(mb) << 20, Max: uint64(mb) << 20}
		_ = unix.Prlimit(pid, unix.RLIMIT_DATA, &limit, nil) // it may have ended already
	}
}
