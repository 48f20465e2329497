//go:build !linux

package main

// limitMemory is known on Linux only.
func limitMemory(int, int) {}
