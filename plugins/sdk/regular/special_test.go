//go:build unix

package regular_test

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

func TestSpecialFiles(t *testing.T) {
	dir := t.TempDir()
	pipe, socket := filepath.Join(dir, "pipe"), filepath.Join(dir, "socket")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for path, want := range map[string]string{
		pipe:        ": it is a named pipe, not a regular file",
		socket:      ": it is a socket, not a regular file",
		"/dev/zero": ": it is a device, not a regular file",
		"/dev/null": ": it is a device, not a regular file",
	} {
		if _, err := regular.Open(path); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v; expected %s", path, err, want)
		}
		if _, err := regular.Read(path, 10); err == nil {
			t.Errorf("%s was read", path)
		}
	}
}
