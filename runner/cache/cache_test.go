package cache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

func key(s string) Key { return sha256.Sum256([]byte(s)) }

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// put writes values in a session of its own.
func put(t testing.TB, dir string, names ...string) {
	t.Helper()
	s := open(t, dir)
	for _, n := range names {
		s.Put(key(n), []byte(`"`+n+`"`))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func has(t testing.TB, dir string, names ...string) {
	t.Helper()
	s := open(t, dir)
	for _, n := range names {
		if v, ok := s.Get(key(n)); !ok || string(v) != `"`+n+`"` {
			t.Errorf("%s is %q, %v", n, v, ok)
		}
	}
}

func TestWhatWasPutIsThereNextTime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "cache")
	s := open(t, dir)
	s.Put(key("a"), []byte(`"a"`))
	if _, ok := s.Get(key("a")); ok {
		t.Error("a run answers from itself")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "b")
	has(t, dir, "a", "b")
	if _, ok := open(t, dir).Get(key("c")); ok {
		t.Error("c was never put")
	}
	var none *Store
	none.Put(key("a"), nil)
	if _, ok := none.Get(key("a")); ok || none.Close() != nil || none.Damaged() != 0 {
		t.Error("no cache has a record")
	}
}

func TestTheLastValueCounts(t *testing.T) {
	dir := t.TempDir()
	for _, v := range []string{"1", "2"} {
		s := open(t, dir)
		s.Put(key("a"), []byte(v))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if v, _ := open(t, dir).Get(key("a")); string(v) != "2" {
		t.Errorf("got %q", v)
	}
}

// Damage costs the records it hits; the next session has forgotten it.
func TestDamage(t *testing.T) {
	for name, test := range map[string]struct {
		harm func(data []byte) []byte
		left []string
	}{
		"a flipped bit in a value": {func(d []byte) []byte { d[bytes.Index(d, []byte(`"b"`))+1] ^= 1; return d }, []string{"a", "c"}},
		"a flipped bit in a key":   {func(d []byte) []byte { d[bytes.Index(d, []byte(`"b"`))-20] ^= 1; return d }, []string{"a", "c"}},
		"a line feed in a value":   {func(d []byte) []byte { d[bytes.Index(d, []byte(`"b"`))+1] = '\n'; return d }, []string{"a", "c"}},
		"a line feed that is gone": {func(d []byte) []byte { d[bytes.Index(d, []byte(`"b"`))+3] = ' '; return d }, []string{"a", "c"}},
		"a file that is cut off":   {func(d []byte) []byte { return d[:len(d)-3] }, []string{"a", "b"}},
		"zeros at the end":         {func(d []byte) []byte { return append(d, make([]byte, 500)...) }, []string{"a", "b", "c"}},
		"another file":             {func([]byte) []byte { return []byte("this is\nno cache\n") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "a", "b", "c")
			path := filepath.Join(dir, fileName)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, test.harm(data), 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir)
			if s.Damaged() == 0 {
				t.Error("nothing was noticed")
			}
			s.Put(key("new"), []byte(`"new"`))
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			has(t, dir, append(test.left, "new")...)
			if st, err := Stat(dir); err != nil || st.Damaged != 0 || st.Records != len(test.left)+1 {
				t.Errorf("%+v, %v", st, err)
			}
		})
	}
}

func TestAnEmptyFileIsAnEmptyCache(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, fileName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "a")
	has(t, dir, "a")
}

// A process that was killed while it wrote leaves half a line, which must not
// take the next one with it.
func TestHalfALine(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a")
	f, err := os.OpenFile(filepath.Join(dir, fileName), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	half := record{key: key("b"), value: []byte("1234")}.encode()
	_, _ = f.Write(half[:len(half)-4])
	_ = f.Close()
	put(t, dir, "c")
	has(t, dir, "a", "c")
}

func TestNoPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may do everything")
	}
	dir := t.TempDir()
	put(t, dir, "a")
	if err := os.Chmod(filepath.Join(dir, fileName), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, 1<<20); err == nil {
		t.Error("it was read")
	}
}

// A folder that cannot be made, or a file where the folder should be, loses nothing.
func TestWhereNothingCanBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, 1<<20); err == nil {
		t.Error("a file is no cache")
	}
	dir := t.TempDir()
	put(t, dir, "a")
	s := open(t, dir)
	if err := os.Remove(filepath.Join(dir, fileName)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, fileName), 0o700); err != nil {
		t.Fatal(err)
	}
	s.Put(key("b"), []byte("1"))
	s.Put(key("c"), []byte("1"))
	if err := s.Close(); err == nil {
		t.Error("nobody says that nothing was written")
	}
}

// A disk that is full in the middle of a record is reported, and keeps what was there.
// The limit is that of the process, whose log of what a test reads must not meet
// it: so it is a process without one.
func TestFullDisk(t *testing.T) {
	if os.Getenv("FULL_DISK") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFullDisk$")
		cmd.Env = append(os.Environ(), "FULL_DISK=yes")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	dir := t.TempDir()
	put(t, dir, "a")
	s := open(t, dir)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	full := before
	full.Cur = uint64(s.size) + 30
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	s.Put(key("b"), []byte(`"b"`))
	err := s.Close()
	if back := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); back != nil {
		t.Fatal(back)
	}
	if err == nil {
		t.Error("nobody says that nothing was written")
	}
	has(t, dir, "a")
	if st, err := Stat(dir); err != nil || st.Damaged != 0 || st.Bytes != s.size {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestTheLeastRecentlyUsedGoFirst(t *testing.T) {
	dir := t.TempDir()
	write := func(today int, get string, names ...string) {
		s := open(t, dir)
		s.today, s.limit = today, 1700
		s.Get(key(get))
		for _, n := range names {
			s.Put(key(n), fmt.Appendf(nil, `"%s"`, n))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		write(i+1, "", fmt.Sprint(i))
	}
	write(20, "3")
	var more []string
	for i := range 10 {
		more = append(more, fmt.Sprint("m", i))
	}
	write(20, "", more...)
	has(t, dir, append(more, "3")...)
	st, err := Stat(dir)
	if err != nil || st.Bytes > 1700 {
		t.Errorf("%d bytes, %v", st.Bytes, err)
	}
	if _, ok := open(t, dir).Get(key("0")); ok {
		t.Error("what was used first is still there")
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	if err := Prune(filepath.Join(dir, "nowhere"), time.Hour); err != nil {
		t.Error(err)
	}
	s := open(t, dir)
	s.today -= 40
	s.Put(key("old"), []byte(`"old"`))
	s.today += 40
	s.Put(key("new"), []byte(`"new"`))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Prune(dir, 30*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	has(t, dir, "new")
	if st, _ := Stat(dir); st.Records != 1 {
		t.Errorf("%d records", st.Records)
	}
	if err := Clear(dir); err != nil {
		t.Fatal(err)
	}
	if st, _ := Stat(dir); st.Records != 0 || !st.Oldest.IsZero() {
		t.Errorf("%+v", st)
	}
}

// Concurrent writers and rewriters lose nothing.
func TestConcurrentUse(t *testing.T) {
	dir := t.TempDir()
	var wait sync.WaitGroup
	var names []string
	for i := range 8 {
		for k := range 25 {
			names = append(names, fmt.Sprintf("%d/%d", i, k))
		}
		mine := names[len(names)-25:]
		wait.Go(func() {
			put(t, dir, mine...)
			if err := Prune(dir, time.Hour); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	has(t, dir, names...)
}

func FuzzParse(f *testing.F) {
	good := record{key: key("a"), day: 20000, value: []byte(`{"text":"red"}`)}.encode()
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(bytes.ReplaceAll(good, []byte("2"), []byte("3")))
	f.Fuzz(func(t *testing.T, data []byte) {
		all := parse(data)
		for _, r := range all {
			again, ok := decode(bytes.TrimSuffix(r.encode(), []byte("\n")))
			if !ok || again.key != r.key || again.day != r.day || !bytes.Equal(again.value, r.value) {
				t.Errorf("%q came back as %+v", r.line, again)
			}
		}
		// What stands behind damage is read.
		after := parse(slices.Concat(data, []byte("\n"), good))
		if n := len(after); n != len(all)+1 || after[n-1].key != key("a") {
			t.Errorf("%d records, then %d", len(all), n)
		}
	})
}

func BenchmarkOpen10000(b *testing.B) {
	dir := b.TempDir()
	var lines bytes.Buffer
	for i := range 10_000 {
		lines.Write(record{key: key(fmt.Sprint(i)), value: bytes.Repeat([]byte("x"), 300)}.encode())
	}
	if err := os.WriteFile(filepath.Join(dir, fileName), lines.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Open(dir, 1<<30); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, b.TempDir())
	value := bytes.Repeat([]byte("x"), 300)
	for b.Loop() {
		s.Put(key("a"), value)
	}
}

func TestRefuse(t *testing.T) {
	dir := t.TempDir()
	s, err := Open(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	s.Refuse = func(value []byte) bool { return bytes.Contains(value, []byte("hunter2")) }
	s.Put(Key{1}, []byte("say hunter2"))
	s.Put(Key{2}, []byte("red"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(dir, 1<<20); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Get(Key{1}); ok {
		t.Error("what is refused was stored")
	}
	if _, ok := s.Get(Key{2}); !ok {
		t.Error("what is not refused was not stored")
	}
}
