package procgroup

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// startLeader starts a command that the kernel kills when this process is gone:
// that covers the moment before the guard knows of it, and a system without a
// shell. The signal comes when the thread ends that started the command, so that
// is always the same one, which never ends.
func startLeader(cmd *exec.Cmd) error {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	started := make(chan error)
	starts() <- func() { started <- cmd.Start() }
	return <-started
}

// starts calls functions one after another on a thread of their own.
var starts = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range c {
			f()
		}
	}()
	return c
})

// awaitExit waits until a child has ended, and does not reap it.
func awaitExit(pid int) {
	for errors.Is(unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil), unix.EINTR) {
	}
}

// Activity is a number that changes while a process of the group computes or
// reads memory from a disk, and known is false where that cannot be told.
func (g *Group) Activity() (n uint64, known bool) {
	group := strconv.Itoa(g.PID())
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		if f := stat(file); len(f) > statStime && f[statGroup] == group {
			for _, i := range []int{statMinflt, statMajflt, statUtime, statStime} {
				v, _ := strconv.ParseUint(f[i], 10, 64)
				n += v
			}
		}
	}
	return n, true
}

// Stopped reports whether the leader was stopped by a signal.
func (g *Group) Stopped() bool {
	f := stat("/proc/" + strconv.Itoa(g.PID()) + "/stat")
	return len(f) > 0 && f[statState] == "T"
}

// Fields of /proc/PID/stat after the name, as proc(5) has them from 3 on.
const (
	statState  = 0
	statGroup  = 5 - 3
	statMinflt = 10 - 3
	statMajflt = 12 - 3
	statUtime  = 14 - 3
	statStime  = 15 - 3
)

// stat reads the fields after the name, which may hold anything; nil when the
// process is gone.
func stat(file string) []string {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var out []string
	for f := range bytes.FieldsSeq(data[bytes.LastIndexByte(data, ')')+1:]) {
		out = append(out, string(f))
	}
	return out
}
