package report

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/internal/plainfile"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/spec"
)

// Target is a report to write.
type Target struct {
	Format Format
	Path   string // "" is standard output; ends with a separator where it is a folder
	Most   int    // most cases in a file of the folder; 0 is no limit
	// Folder is that of the run in its store, which need not exist; "" is not known.
	Folder string
	With   *result.Run // to compare with; nil for none
	// Base is the folder below which no link may lead to Path, that of a project that
	// may come from anywhere; "" where somebody has named the path.
	Base string
}

// write writes the report of a run, or of a part of it.
func (t Target) write(w io.Writer, run *result.Run) (beside []string, err error) {
	if t.Format.WriteTarget != nil {
		return t.Format.WriteTarget(w, run, &t)
	}
	return nil, t.Format.Write(w, run)
}

// optionMax is the option of every format that splits: max=5000.
const optionMax = "max"

// OwnsStdout reports whether standard output belongs to the report.
func (t Target) OwnsStdout() bool { return t.Path == "" && !t.Format.Beside }

// ParseTarget reads KIND or KIND=PATH, each with options behind a comma, such as
// junit,strict or junit=out/,max=5000; "-" for a path is standard output, and one
// that ends with a slash is a folder. A path is relative to the current folder, one
// that is left out to dir.
func ParseTarget(s, dir string) (Target, error) {
	head, path, given := cutTarget(s)
	kind, options, _ := strings.Cut(head, ",")
	f, ok := formats[kind]
	if !ok {
		return Target{}, fmt.Errorf("unknown report %q; %s", kind, spec.DidYouMean(kind, Names()))
	}
	f.Name = kind
	t := Target{Format: f}
	if options != "" {
		if err := t.options(strings.Split(options, ",")); err != nil {
			return Target{}, err
		}
	}
	for {
		i := strings.LastIndexByte(path, ',')
		if i < 0 || !t.isOption(path[i+1:]) {
			break
		}
		if err := t.options([]string{path[i+1:]}); err != nil {
			return Target{}, err
		}
		path = path[:i]
	}
	err := t.choosePath(path, dir, given)
	return t, err
}

// cutTarget cuts KIND,OPTIONS=PATH at the = that begins the path: an option may
// hold one, too.
func cutTarget(s string) (head, path string, given bool) {
	head, path, given = strings.Cut(s, "=")
	if given && strings.HasSuffix(head, ","+optionMax) {
		most, rest, more := strings.Cut(path, "=")
		return head + "=" + most, rest, more
	}
	return head, path, given
}

// isOption reports whether what stands behind the last comma of a path is an option.
func (t *Target) isOption(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	_, variant := t.Format.Variants[name]
	return variant || name == optionMax && t.Format.Splits
}

// options sets what the words say.
func (t *Target) options(words []string) error {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		v, variant := t.Format.Variants[word]
		switch {
		case variant:
			t.Format.Write = v.Write
		case name == optionMax && t.Format.Splits:
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return fmt.Errorf("report %s: max=%s: expected how many cases a file may have, at least 1", t.Format.Name, value)
			}
			t.Most = n
		default:
			return fmt.Errorf("report %s has no option %q; %s", t.Format.Name, word, t.knownOptions(name))
		}
	}
	return nil
}

func (t *Target) knownOptions(word string) string {
	known := slices.Collect(maps.Keys(t.Format.Variants))
	if t.Format.Splits {
		known = append(known, optionMax)
	}
	if hint := spec.DidYouMean(word, known); hint != "" {
		return hint
	}
	return "it has none"
}

func (t *Target) choosePath(path, dir string, given bool) error {
	kind := t.Format.Name
	switch {
	case given && path == "":
		return fmt.Errorf("report %q has no path after =; write %s=out/FILE, or %s=- for standard output", kind+"=", kind, kind)
	case path == "-":
	case !given && t.Format.Path != "":
		t.Path, t.Base = filepath.Join(dir, filepath.FromSlash(t.Format.Path)), dir
	default:
		t.Path = path
	}
	if t.Most > 0 && !t.folder() {
		return fmt.Errorf("report %s: max=%d makes several files, which need a folder; write %s=out/,max=%d", kind, t.Most, kind, t.Most)
	}
	return nil
}

// Below returns the target with a path that is not absolute taken below a folder.
func (t Target) Below(dir string) Target {
	if t.Path != "" && !filepath.IsAbs(t.Path) {
		inFolder := t.folder()
		t.Path, t.Base = filepath.Join(dir, filepath.FromSlash(t.Path)), dir
		if inFolder {
			t.Path += string(filepath.Separator)
		}
	}
	return t
}

// folder reports whether the report goes into files of a folder.
func (t *Target) folder() bool {
	return t.Path != "" && (strings.HasSuffix(t.Path, "/") || os.IsPathSeparator(t.Path[len(t.Path)-1]))
}

// ext is that of the format's files.
func (t *Target) ext() string { return filepath.Ext(t.Format.Path) }

// Clear removes what an earlier run has written, so that a run which ends before it
// can report leaves nothing that could be taken for its report: the file, or the
// report's own files in a folder. Devices and pipes stay.
func (t Target) Clear() error {
	if t.Path == "" {
		return nil
	}
	if err := t.unlinked(); err != nil {
		return err
	}
	if !t.folder() {
		if info, err := os.Stat(t.Path); err == nil && info.Mode().IsRegular() {
			return os.Remove(t.Path)
		}
		return nil
	}
	own := regexp.MustCompile("^" + regexp.QuoteMeta(t.Format.Name) + `-[0-9]{4,}` + regexp.QuoteMeta(t.ext()) + "$")
	entries, _ := os.ReadDir(t.Path) // one that is not there has no files
	var errs []error
	for _, e := range entries {
		if own.MatchString(e.Name()) && e.Type().IsRegular() {
			errs = append(errs, os.Remove(filepath.Join(t.Path, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// Write writes a report, to out where it has no path, and returns the files
// that it wrote. A file is whole or not there.
func (t Target) Write(out io.Writer, run *result.Run) ([]string, error) {
	if t.Path == "" {
		return t.write(out, run)
	}
	if err := t.unlinked(); err != nil {
		return nil, fmt.Errorf("write the %s report: %w", t.Format.Name, err)
	}
	parts := []*result.Run{run}
	if t.folder() {
		parts = split(run, t.Most)
		if err := t.Clear(); err != nil {
			return nil, fmt.Errorf("write the %s report: %w", t.Format.Name, err)
		}
	}
	var files []string
	for i, part := range parts {
		path := t.Path
		if t.folder() {
			path = filepath.Join(path, fmt.Sprintf("%s-%04d%s", t.Format.Name, i+1, t.ext()))
		}
		var beside []string
		err := writeFile(path, func(w io.Writer) (err error) {
			beside, err = t.write(w, part)
			return err
		})
		if err != nil {
			return files, fmt.Errorf("write the %s report: %w", t.Format.Name, err)
		}
		files = append(append(files, path), beside...)
	}
	return files, nil
}

// unlinked makes sure that no folder below Base is a link.
func (t Target) unlinked() error {
	if t.Base == "" {
		return nil
	}
	dir := filepath.Clean(t.Path)
	if !t.folder() {
		dir = filepath.Dir(dir)
	}
	return plainfile.Check(t.Base, dir)
}

// manyBytes is what a file may have before some CI server refuses it: GitLab takes 30 MB.
const manyBytes = 25e6

// TooLarge says of a file of the report that a CI server may refuse it, and what to
// do; "" of others.
func (t Target) TooLarge(file string) string {
	info, err := os.Stat(file)
	if err != nil || !t.Format.Splits || info.Size() <= manyBytes {
		return ""
	}
	return fmt.Sprintf("%s has %.1f MB, and GitLab takes no file above 30 MB; split it: --report %s=%s/,max=1000", file, float64(info.Size())/1e6, t.Format.Name, filepath.ToSlash(filepath.Dir(file)))
}

// split cuts a run into parts of so many cases; what is about no single case is in
// the last one.
func split(run *result.Run, most int) []*result.Run {
	if most <= 0 || len(run.Cases)+len(run.NotRun) <= most {
		return []*result.Run{run}
	}
	var parts []*result.Run
	for some := range slices.Chunk(run.Cases, most) {
		parts = append(parts, &result.Run{Manifest: run.Manifest, Cases: some})
	}
	for some := range slices.Chunk(run.NotRun, most) {
		parts = append(parts, &result.Run{Manifest: run.Manifest, NotRun: some})
	}
	last := parts[len(parts)-1]
	last.Gates, last.Mistakes = run.Gates, run.Mistakes
	return parts
}

// writeFile writes a file by way of another, so that none is ever half written.
// Devices and pipes are written to as they are.
func writeFile(path string, write func(io.Writer) error) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		if info.IsDir() {
			return fmt.Errorf("%s is a folder; give the name of a file, or write %s/ for files in it", path, path)
		}
		f, err := plainfile.Stream(path)
		if err != nil {
			return err
		}
		return finish(f, write)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(path, atomicfile.Options{}, func(f *os.File) error { return write(f) })
}

func finish(f *os.File, write func(io.Writer) error) error {
	err := write(f)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
