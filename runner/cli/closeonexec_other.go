//go:build !unix

package cli

func closeOnExec(uintptr) {}
