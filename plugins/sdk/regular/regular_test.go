package regular_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	path := write(t, "12345678")
	if data, err := regular.Read(path, 8); err != nil || string(data) != "12345678" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := regular.Read(path, 7); err == nil || !strings.Contains(err.Error(), "larger than 0 KiB") {
		t.Errorf("a file above the limit: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if data, err := regular.Read(link, 8); err != nil || len(data) != 8 {
		t.Errorf("through a link: %q, %v", data, err)
	}
	if _, err := regular.Read(filepath.Join(t.TempDir(), "none"), 8); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if _, err := regular.Read(t.TempDir(), 8); err == nil || !strings.HasSuffix(err.Error(), ": it is a folder") {
		t.Errorf("a folder: %v", err)
	}
}

// A file whose size is reported as 0 is read through the limit all the same.
func TestReadOfUnknownSize(t *testing.T) {
	const path = "/proc/kallsyms"
	if info, err := os.Stat(path); err != nil || info.Size() != 0 {
		t.Skip("needs " + path)
	}
	if _, err := regular.Read(path, 10<<10); err == nil || !strings.HasSuffix(err.Error(), ": it is larger than 10 KiB") {
		t.Errorf("%v", err)
	}
}

func TestText(t *testing.T) {
	const want = "a\tß\n"
	for name, content := range map[string]string{
		"plain":         want,
		"UTF-8 mark":    "\ufeff" + want,
		"little endian": "\xff\xfea\x00\t\x00\xdf\x00\n\x00",
		"big endian":    "\xfe\xff\x00a\x00\t\x00\xdf\x00\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := regular.Text(write(t, content), 100)
			if err != nil || string(got) != want {
				t.Errorf("read %q, %v; expected %q", got, err, want)
			}
			stream, err := io.ReadAll(regular.UTF8(strings.NewReader(content)))
			if err != nil || string(stream) != want {
				t.Errorf("streamed %q, %v; expected %q", stream, err, want)
			}
		})
	}
	latin := []byte("caf\xe9\n")
	if got, err := regular.Text(write(t, string(latin)), 100); err != nil || !bytes.Equal(got, latin) {
		t.Errorf("another encoding: read %q, %v; expected the bytes as they are", got, err)
	}
}
