package backendtest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// children lists the processes that this one has started and that still run,
// where that is known: on Linux.
func children(t *testing.T) (pids []string) {
	t.Helper()
	files, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		for pid := range strings.FieldsSeq(string(data)) {
			if nameOf(pid) != "" {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// left checks that no process is left that was not there before. The shell that
// guards process groups is vlmspec's own.
func left(t *testing.T, before []string) {
	t.Helper()
	var more []string
	for deadline := time.Now().Add(endTime); ; time.Sleep(10 * time.Millisecond) {
		more = slices.DeleteFunc(children(t), func(pid string) bool { return slices.Contains(before, pid) || isGuard(pid) })
		if len(more) == 0 {
			return
		}
		if time.Now().After(deadline) {
			break
		}
	}
	for _, pid := range more {
		t.Errorf("process %s (%s) is left; a backend ends what it has started", pid, nameOf(pid))
	}
}

// nameOf is the name of a process, "" when it has ended.
func nameOf(pid string) string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", pid))
	begin, end := strings.IndexByte(string(data), '('), strings.LastIndexByte(string(data), ')')
	if err != nil || begin < 0 || end < begin || strings.HasPrefix(string(data)[end+1:], " Z") {
		return ""
	}
	return string(data)[begin+1 : end]
}

func isGuard(pid string) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%s/environ", pid))
	return err == nil && strings.HasPrefix(string(data), "VLMSPEC_GUARD_OF=")
}
