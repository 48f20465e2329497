package cli

import (
	"os"
	"os/exec"
	"testing"
)

// A user with no watches left is told so, and what to do; changes are seen
// nevertheless.
func TestWatchWithoutWatches(t *testing.T) {
	for _, limit := range []string{"max_user_watches", "max_user_instances"} {
		// In a namespace of its own, the limit is nobody else's.
		sh := "echo 0 >/proc/sys/fs/inotify/" + limit
		if out, err := exec.Command("unshare", "-Ur", "sh", "-c", sh).CombinedOutput(); err != nil {
			t.Skipf("%v: %s", err, out)
		}
		dir := t.TempDir()
		save(t, dir+"/vlmspec.yaml", project)
		save(t, dir+"/specs/a.yaml", threeCases)
		if err := drawImages(dir); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("unshare", "-Ur", "sh", "-c", sh+" && exec vlmspec watch")
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TERM=xterm-256color")
		s := seatAt(t, cmd, 24)
		s.sees("-- the system has no file watches left; files are looked at every 1s instead;", "sysctl", "fs.inotify.max_user_watches=524288", "1 failed, 2 passed · watching")
		save(t, dir+"/red.png", "rubbish")
		s.sees("-- ran 1 case: red.png changed", "1 failed, 1 error, 1 passed · watching")
		s.types("q")
		s.ends(exitOK)
	}
}
