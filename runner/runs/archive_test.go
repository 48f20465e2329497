package runs

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vlmspec/vlmspec/runner/result"
)

// exported is a run with an image and an overlay, exported: the zip's entries.
func exported(t *testing.T) (path string, entries map[string]string) {
	t.Helper()
	s, project := Open(t.TempDir()), t.TempDir()
	pixels := []byte("pixels")
	c := ended(0, "s/a failed")
	c.Images = []result.Image{{Path: "moved.png", SHA256: digest(pixels)}, {Path: "a.png", SHA256: digest(pixels)}, {Path: "a.png", SHA256: digest(pixels)}, {Path: "b.png", SHA256: digest([]byte("gone"))}}
	c.Samples = []result.Sample{{Turns: []result.Turn{{Verdicts: []result.Verdict{{Overlay: &result.Overlay{Drawn: "x/overlays/001.png"}}}}}}}
	record(t, s, manifest(0), false, c)
	dir := filepath.Join(s.Folder(manifest(0).ID), overlaysDir)
	for _, err := range []error{
		os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "001.png"), []byte("drawn"), 0o600), os.WriteFile(filepath.Join(project, "a.png"), pixels, 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(t.TempDir(), "run.zip")
	out, err := s.Export(manifest(0).ID, path, Export{Version: "1.2.3", Images: true, Project: project})
	if err != nil || out.Images != 1 || len(out.Missing) != 1 || out.Missing["b.png"] == nil {
		t.Fatal(out, err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	entries = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries[f.Name] = string(data)
	}
	return path, entries
}

func TestExportAndImport(t *testing.T) {
	path, entries := exported(t)
	image := "images/" + digest([]byte("pixels"))
	if got := slices.Sorted(maps.Keys(entries)); !slices.Equal(got, []string{"cases.jsonl", image, "manifest.json", "overlays/001.png", "vlmspec-run.json"}) {
		t.Fatalf("it holds %q", got)
	}
	s := Open(filepath.Join(t.TempDir(), "state"))
	id, err := s.Import(path)
	if err != nil || id != manifest(0).ID {
		t.Fatal(id, err)
	}
	run, err := s.Read(id)
	if err != nil || len(run.Cases) != 1 {
		t.Fatal(run, err)
	}
	if kept := s.ImagePath(digest([]byte("pixels"))); !strings.HasPrefix(kept, s.Folder(id)) || s.ImagePath("../../x") != "" {
		t.Errorf("the image is at %q", kept)
	}
	drawn := filepath.Join(run.Manifest.Project, filepath.FromSlash(run.Cases[0].Samples[0].Turns[0].Verdicts[0].Overlay.Drawn))
	if data, err := os.ReadFile(drawn); string(data) != "drawn" {
		t.Error(drawn, err)
	}
	if i := s.Info(id); i.Imported.IsZero() || i.Images != 1 || i.Summary() != "1 failed" {
		t.Errorf("%+v", i)
	}
	if _, err := s.LatestOutcomes([]Case{{"s/a", "tiny"}}); err != (NoRunError{}) { //nolint:errorlint // as it is returned
		t.Errorf("an imported run counts: %v", err)
	}
	_, err = s.Import(path)
	if err == nil || !strings.Contains(err.Error(), "is here already") {
		t.Error(err)
	}
	alone(t, s, id)
}

// alone makes sure that an import that failed has left nothing.
func alone(t *testing.T, s Store, ids ...string) {
	t.Helper()
	entries, err := os.ReadDir(s.Dir())
	if len(entries) != len(ids) || err != nil && len(ids) > 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Two concurrent imports: one has it, the other says so, and nothing is half there.
func TestConcurrentImports(t *testing.T) {
	path, _ := exported(t)
	s := Open(t.TempDir())
	var all sync.WaitGroup
	problems := make([]error, 8)
	for i := range problems {
		all.Go(func() { _, problems[i] = s.Import(path) })
	}
	all.Wait()
	done := 0
	for _, err := range problems {
		if err == nil {
			done++
		} else if !strings.Contains(err.Error(), "is here already") {
			t.Error(err)
		}
	}
	if run, err := s.Read(manifest(0).ID); done != 1 || err != nil || len(run.Cases) != 1 {
		t.Error(done, run, err)
	}
	alone(t, s, manifest(0).ID)
}

func TestWhatIsNotImported(t *testing.T) {
	path, whole := exported(t)
	image := "images/" + digest([]byte("pixels"))
	for name, test := range map[string]struct {
		change func(entries map[string]string)
		want   string
	}{
		"another zip": {func(e map[string]string) { delete(e, archiveHead) }, "it is no run that `vlmspec runs export` has written: it has no vlmspec-run.json"},
		"a newer one": {func(e map[string]string) {
			e[archiveHead] = `{"format": 2, "run": "x", "vlmspec": "9.1.0", "more": {}}`
		}, "it was exported by a newer vlmspec (9.1.0, format 2), and this one reads format 1; update vlmspec"},
		"no format":        {func(e map[string]string) { e[archiveHead] = `{}` }, "its vlmspec-run.json cannot be read"},
		"a head of noise":  {func(e map[string]string) { e[archiveHead] = `{{` }, "its vlmspec-run.json cannot be read"},
		"an ID that leads": {func(e map[string]string) { e[archiveHead] = `{"format": 1, "run": "../../x"}` }, `"../../x" is no ID of a run`},
		"up":               {func(e map[string]string) { e["../../etc/passwd"] = "x" }, `it holds "../../etc/passwd", which no exported run has`},
		"up within":        {func(e map[string]string) { e["overlays/../../x.png"] = "x" }, `it holds "overlays/../../x.png", which no exported run has`},
		"absolute":         {func(e map[string]string) { e["/etc/passwd"] = "x" }, `it holds "/etc/passwd", which no exported run has`},
		"backslashes":      {func(e map[string]string) { e[`..\x`] = "x" }, `it holds "..\\x", which no exported run has`},
		"its own mark":     {func(e map[string]string) { e[importedFile] = "x" }, `it holds "imported.json", which no exported run has`},
		"no cases":         {func(e map[string]string) { delete(e, casesFile) }, "it has no cases.jsonl"},
		"no manifest":      {func(e map[string]string) { delete(e, manifestFile) }, "it has no manifest.json"},
		"broken cases":     {func(e map[string]string) { e[casesFile] = "{\n" }, "its run cannot be read: "},
		"another's cases":  {func(e map[string]string) { e[manifestFile] = `{"id": "20200101T000000.000Z-abcdef"}` }, `its manifest is that of run "20200101T000000.000Z-abcdef", and not of 20`},
		"another image":    {func(e map[string]string) { e[image] = "other" }, image + " in it is another image than its name says"},
		"a bomb":           {func(e map[string]string) { e[casesFile] = strings.Repeat("\n", freeOfRatio+1) }, "it unpacks to more than 200 times its size, or 4 GiB"},
	} {
		t.Run(name, func(t *testing.T) {
			entries := maps.Clone(whole)
			test.change(entries)
			refused(t, path, pack(t, entries, 0), test.want)
		})
	}
	for mode, want := range map[fs.FileMode]string{
		fs.ModeSymlink | 0o777: "overlays/001.png in it is no plain file", fs.ModeNamedPipe | 0o600: "overlays/001.png in it is no plain file",
	} {
		refused(t, path, pack(t, whole, mode), want)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bomb := maps.Clone(whole)
	bomb[casesFile] = strings.Repeat("\n", freeOfRatio+1)
	refused(t, path, understated(pack(t, bomb, 0)), "cases.jsonl in it is damaged: ")
	twice := pack(t, map[string]string{archiveHead: whole[archiveHead], manifestFile: "1", "manifest.jsoM": "2"}, 0)
	refused(t, path, bytes.ReplaceAll(twice, []byte("manifest.jsoM"), []byte(manifestFile)), "it holds manifest.json twice")
	for cut := 0; cut < len(data); cut += 97 {
		refused(t, path, data[:cut], "it is no zip, or was cut off")
	}
	broken := bytes.Clone(data)
	broken[bytes.Index(broken, []byte(casesFile))+len(casesFile)+20] ^= 0xff
	refused(t, path, broken, "")
	refused(t, t.TempDir(), nil, "it cannot be read: ")
}

// pack makes a zip; mode is that of the overlay.
func pack(t *testing.T, entries map[string]string, mode fs.FileMode) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		if mode != 0 && strings.HasPrefix(name, overlaysDir) {
			h.SetMode(mode)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, entries[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// understated makes the directory of a zip say that the cases have 9 bytes: in an
// entry the size stands 22 bytes before the name.
func understated(data []byte) []byte {
	binary.LittleEndian.PutUint32(data[bytes.LastIndex(data, []byte(casesFile))-22:], 9)
	return data
}

// refused imports data, put to a path, or what is there, and wants a sentence.
func refused(t *testing.T, path string, data []byte, want string) {
	t.Helper()
	if data != nil {
		path = filepath.Join(t.TempDir(), "bad.zip")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := Open(t.TempDir())
	_, err := s.Import(path)
	bad, ok := err.(*ImportError) //nolint:errorlint // as it is returned
	if !ok || !strings.HasPrefix(bad.What, want) || strings.Contains(fmt.Sprint(err), "\n") {
		t.Errorf("want %q, got %v", want, err)
	}
	alone(t, s)
}

// A zip in which a folder has an entry of its own, as other programs pack it, is taken.
func TestPackedAgain(t *testing.T) {
	_, entries := exported(t)
	entries["overlays/"], entries["images/"] = "", ""
	path := filepath.Join(t.TempDir(), "again.zip")
	if err := os.WriteFile(path, pack(t, entries, 0), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.TempDir()).Import(path); err != nil {
		t.Error(err)
	}
}

func TestExportRefuses(t *testing.T) {
	s := Open(t.TempDir())
	record(t, s, manifest(0), true, ended(0, "s/a failed"))
	path := filepath.Join(t.TempDir(), "run.zip")
	if _, err := s.Export(manifest(0).ID, path, Export{}); err != nil {
		t.Errorf("one that was killed: %v", err)
	}
	l := s.lockOf(manifest(0).ID)
	if err := l.Lock(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Unlock() }()
	if _, err := s.Export(manifest(0).ID, path, Export{}); err == nil || !strings.Contains(err.Error(), "is under way") {
		t.Error(err)
	}
	if _, err := s.Export("20200101T000000.000Z-abcdef", path, Export{}); err == nil {
		t.Error("it is not there")
	}
}
