//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package procgroup

import (
	"errors"

	"golang.org/x/sys/unix"
)

// awaitExit waits until a child has ended, and does not reap it.
func awaitExit(pid int) {
	queue, err := unix.Kqueue()
	if err != nil {
		return
	}
	defer unix.Close(queue)
	unix.CloseOnExec(queue)
	event := []unix.Kevent_t{{Fflags: unix.NOTE_EXIT}}
	unix.SetKevent(&event[0], pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	for { // ESRCH: it has ended
		if _, err := unix.Kevent(queue, event, event, nil); !errors.Is(err, unix.EINTR) {
			return
		}
	}
}
