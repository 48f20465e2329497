//go:build !linux && !darwin

package main

import "runtime"

func physicalCores() int { return runtime.NumCPU() }
