//go:build !linux

// Package machine says what the machine of this process has left. Start reading at
// [FreeMemory].
package machine

// FreeMemory is not known here: 0.
func FreeMemory() int64 { return 0 }
