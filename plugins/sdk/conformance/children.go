package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// endTime is how long a program may take to end; it is far more than needed.
var endTime = 30 * time.Second

// children lists the processes that this one has started and that still run,
// where that is known: on Linux.
func children() (pids []string) {
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

// marked lists the processes with a variable in the environment that they were
// started with, wherever they have gone since; on Linux.
func marked(variable string) (pids []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		pid := filepath.Base(filepath.Dir(file))
		data, err := os.ReadFile(file)
		if err == nil && slices.ContainsFunc(bytes.Split(data, []byte{0}), func(v []byte) bool { return string(v) == variable }) && nameOf(pid) != "" {
			pids = append(pids, pid)
		}
	}
	return pids
}

// left waits for processes to end, and returns what is left after a time that is
// far more than needed.
func left(list func() []string) (sentences []string) {
	deadline := time.Now().Add(endTime)
	pids := list()
	for len(pids) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
		pids = list()
	}
	for _, pid := range pids {
		sentences = append(sentences, fmt.Sprintf("process %s (%s) is left; a backend ends what it has started", pid, nameOf(pid)))
	}
	return sentences
}

// closes ends a backend in process.
func (c *c) closes(before []string) {
	if err := c.b.Close(); err != nil {
		c.failf("Close: %v", err)
	}
	for _, s := range left(func() []string {
		return slices.DeleteFunc(children(), func(pid string) bool { return slices.Contains(before, pid) || isGuard(pid) })
	}) {
		c.failf("%s", s)
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

// isGuard tells the shell that guards process groups, which is vlmspec's own.
func isGuard(pid string) bool {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%s/environ", pid))
	return err == nil && strings.HasPrefix(string(data), "VLMSPEC_GUARD_OF=")
}
