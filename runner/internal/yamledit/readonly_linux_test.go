package yamledit

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A folder that may not be written to leaves the file as it was.
func TestReadOnlyFolder(t *testing.T) {
	path := stored(t, "s/a: 1\n")
	f := open(t, path)
	dir := filepath.Dir(path)
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(dir, 0o755) }()
	for folder := dir; os.Getuid() == 0 && folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
		_ = os.Chmod(folder, 0o555) // for nobody to come in
	}
	var err error
	asNobody(t, func() { _, err = f.Apply(put("s/b", "x")) })
	if !errors.Is(err, unix.EACCES) || err.Error() != "golden/s.yaml cannot be written: permission denied; it is as it was" {
		t.Error(err)
	}
	if content(t, path) != "s/a: 1\n" {
		t.Errorf("%q", content(t, path))
	}
}

// asNobody does something with the rights to files of a user who has none.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		do()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, _ = unix.SetfsuidRetUid(65534) // of this thread alone
	defer func() { _, _ = unix.SetfsuidRetUid(0) }()
	do()
}
