//go:build !linux && !darwin

package main

import "runtime"

func physicalCores() int { return runtime.NumCPU() }

// freeMemory is the main memory that programs may still take; 0 is unknown.
func freeMemory() uint64 { return 0 }
