//go:build !linux

package runner

// freeMemory is not known here, so that `max_loaded` alone bounds how many
// backends are loaded.
func freeMemory() int64 { return 0 }
