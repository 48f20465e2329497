package procgroup

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

// guard kills the groups that are left when this process ends, however it does:
// a shell that reads their numbers from a pipe, whose end it sees. nil is none.
type guard struct{ pipe *os.File }

// script keeps the list of groups, and kills them at the end of its input.
const script = `trap '' HUP INT QUIT TERM PIPE
all=
while read -r op id; do
	case $op in
	+) all="$all $id" ;;
	-) rest=
		for g in $all; do [ "$g" = "$id" ] || rest="$rest $g"; done
		all=$rest ;;
	esac
done
for g in $all; do kill -s KILL -- "-$g"; done`

// tellTime is how long the guard may take to read, should somebody stop it.
const sendTime = time.Second

// theGuard starts the guard of this process, before the first group. On systems
// without a shell there is none: then a killed vlmspec leaves the ending of a
// backend to the backend.
var theGuard = sync.OnceValue(func() *guard {
	in, pipe, err := os.Pipe()
	if err != nil {
		return nil
	}
	defer in.Close()
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdin, cmd.Dir, cmd.Env = in, "/", []string{fmt.Sprintf("VLMSPEC_GUARD_OF=%d", os.Getpid())}
	detach(cmd)
	if err := cmd.Start(); err != nil {
		_ = pipe.Close()
		return nil
	}
	go func() { _ = cmd.Wait() }()
	return &guard{pipe}
})

func (g *guard) add(pid int)    { g.send('+', pid) }
func (g *guard) remove(pid int) { g.send('-', pid) }

func (g *guard) send(op rune, pid int) {
	if g == nil {
		return
	}
	_ = g.pipe.SetWriteDeadline(time.Now().Add(sendTime))
	_, _ = fmt.Fprintf(g.pipe, "%c %d\n", op, pid) // a guard that is gone guards nothing
}
