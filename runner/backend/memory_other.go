//go:build !linux

package backend

// FreeMemory is not known here, so that `max_loaded` alone bounds how many
// backends are loaded.
func FreeMemory() int64 { return 0 }
