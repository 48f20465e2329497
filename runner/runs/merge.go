package runs

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/event"
	"github.com/vlmspec/vlmspec/runner/result"
)

// MergeError says why runs cannot be merged.
type MergeError struct{ What string }

func (e *MergeError) Error() string { return e.What + "; nothing was merged" }

func mergeErrorf(format string, args ...any) error { return &MergeError{fmt.Sprintf(format, args...)} }

// part is a shard that is merged: a run in a folder, with the name that a person
// gave it.
type part struct {
	name, dir string
	run       *result.Run
}

// Merge puts the shards of one run together, in whatever order they are given:
// zips of [Store.Export], or runs of this store by ID. The whole is a run of this
// store that came from elsewhere. What a shard has not come to, and what a shard
// that is not given was to run, are cases that did not run, with the reason.
func (s Store) Merge(names []string, project string) (id string, err error) {
	temp, err := os.MkdirTemp("", "vlmspec-merge-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	var parts []part
	for i, name := range names {
		p, err := s.part(name, filepath.Join(temp, fmt.Sprint(i)))
		if err != nil {
			return "", err
		}
		parts = append(parts, p)
	}
	if err := agree(parts); err != nil {
		return "", err
	}
	slices.SortFunc(parts, func(a, b part) int { return a.run.Manifest.Shard.Index - b.run.Manifest.Shard.Index })
	whole, err := together(parts, project)
	if err != nil {
		return "", err
	}
	return whole.Manifest.ID, s.keep(whole, parts)
}

// part reads what a person has named.
func (s Store) part(name, temp string) (p part, err error) {
	p = part{name: name, dir: temp}
	if strings.HasSuffix(strings.ToLower(name), ".zip") {
		if err := unzip(name, temp); err != nil {
			return p, err
		}
	} else {
		id, err := s.Find(name)
		if err != nil {
			return p, err
		}
		p.dir = s.Folder(id)
	}
	p.run, err = ReadFolder(p.dir)
	return p, err
}

// unzip unpacks an exported run into a folder that is not there yet.
func unzip(file, dir string) error {
	f, err := regular.Open(file)
	if err != nil {
		return &ImportError{file, "it cannot be read: " + cause(err)}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return &ImportError{file, "it is no zip, or was cut off"}
	}
	a := &archive{file: file, zip: z}
	if err := a.check(min(maxUnpacked, max(freeOfRatio, maxRatio*info.Size()))); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if err := a.extract(dir); err != nil {
		return err
	}
	return a.lookThrough(dir)
}

// agree makes sure that runs are shards of one run, each once.
func agree(parts []part) error {
	if len(parts) == 0 {
		return mergeErrorf("there is nothing to merge")
	}
	first := parts[0]
	byIndex := map[int]part{}
	for _, p := range parts {
		m, of := &p.run.Manifest, &first.run.Manifest
		switch {
		case m.Shard == nil:
			return mergeErrorf("%s is a whole run, and no shard: it was made without --shard", p.name)
		case m.UnderWay:
			return mergeErrorf("%s is under way: merge it when it has ended", p.name)
		case m.Shard.Count != of.Shard.Count:
			return mergeErrorf("%s is one of %d shards, and %s one of %d", first.name, of.Shard.Count, p.name, m.Shard.Count)
		case m.Shard.Costs != of.Shard.Costs:
			return mergeErrorf("%s and %s were split by different --shard-costs", first.name, p.name)
		case m.Shard.Digest != of.Shard.Digest:
			return mergeErrorf("%s and %s are no shards of one run: their specs, or what was selected of them, differ", first.name, p.name)
		case m.Commit != of.Commit:
			return mergeErrorf("%s is of commit %s, and %s of %s", first.name, orNone(of.Commit), p.name, orNone(m.Commit))
		}
		if other, twice := byIndex[m.Shard.Index]; twice {
			return mergeErrorf("%s and %s are both shard %d of %d, so that its cases would count twice", other.name, p.name, m.Shard.Index, m.Shard.Count)
		}
		byIndex[m.Shard.Index] = p
	}
	return sameModels(parts)
}

func orNone(commit string) string {
	if commit == "" {
		return "none"
	}
	return commit
}

// sameModels refuses a backend that was another model in another shard: a metric
// over both would mean nothing.
func sameModels(parts []part) error {
	seen := map[string]part{}
	for _, p := range parts {
		for _, name := range slices.Sorted(maps.Keys(p.run.Manifest.Backends)) {
			other, ok := seen[name]
			if !ok {
				seen[name] = p
				continue
			}
			a, b := other.run.Manifest.Backends[name], p.run.Manifest.Backends[name]
			if a.Plugin != b.Plugin || a.Model != b.Model || a.ModelDigest != b.ModelDigest {
				return mergeErrorf("backend %s is %s %s in %s, and %s %s in %s", name, a.Model, a.ModelDigest, other.name, b.Model, b.ModelDigest, p.name)
			}
		}
	}
	return nil
}

// together makes one run of shards that agree, sorted by index.
func together(parts []part, project string) (*result.Run, error) {
	run := &result.Run{Manifest: wholeOf(parts, project)}
	m := &run.Manifest
	shard := parts[0].run.Manifest.Shard
	from := map[result.Planned]part{} // whatever is known of a case, by ID and backend
	key := func(c *result.Case) result.Planned { return result.Planned{ID: c.ID, Backend: c.Backend} }
	planned := map[result.Planned]bool{}
	for _, c := range shard.Cases {
		planned[result.Planned{ID: c.ID, Backend: c.Backend}] = true
	}
	for _, p := range parts {
		for _, list := range []struct {
			from []result.Case
			into *[]result.Case
		}{{p.run.Cases, &run.Cases}, {p.run.NotRun, &run.NotRun}} {
			for i := range list.from {
				c := &list.from[i]
				if other, twice := from[key(c)]; twice {
					return nil, mergeErrorf("case %s on %s is in %s and in %s", c.ID, c.Backend, other.name, p.name)
				}
				if !planned[key(c)] {
					return nil, mergeErrorf("%s has case %s on %s, which was not selected", p.name, c.ID, c.Backend)
				}
				from[key(c)] = p
				*list.into = append(*list.into, *c)
			}
		}
	}
	reason := missing(parts, shard.Count)
	for _, c := range shard.Cases {
		if _, ok := from[result.Planned{ID: c.ID, Backend: c.Backend}]; ok {
			continue
		}
		run.NotRun = append(run.NotRun, result.Case{
			ID: c.ID, Backend: c.Backend, Suite: c.Suite, Name: c.Name, File: c.File, Line: c.Line, Index: c.Index, Outcome: result.NotRun, Reason: reason,
		})
	}
	if len(run.NotRun) > 0 {
		m.Interrupted, m.Lacks = true, run.NotRun[len(run.NotRun)-1].Reason
	}
	result.SortCases(run.Cases)
	result.SortCases(run.NotRun)
	return run, nil
}

// missing says which shards are not there, or why one that is lacks cases.
func missing(parts []part, count int) string {
	there := map[int]bool{}
	for _, p := range parts {
		there[p.run.Manifest.Shard.Index] = true
	}
	var lacking []string
	for i := 1; i <= count; i++ {
		if !there[i] {
			lacking = append(lacking, fmt.Sprint(i))
		}
	}
	switch len(lacking) {
	case 0:
		return "its shard was killed before it came to it"
	case 1:
		return fmt.Sprintf("shard %s of %d is missing", lacking[0], count)
	}
	return fmt.Sprintf("shards %s of %d are missing", strings.Join(lacking, ", "), count)
}

// wholeOf is the manifest of the whole. It does not depend on the order in which
// shards were given, nor does its ID.
func wholeOf(parts []part, project string) result.Manifest {
	m := parts[0].run.Manifest
	m.Shard, m.Project, m.Host, m.Args = nil, project, result.Host{}, nil
	m.Selected = len(parts[0].run.Manifest.Shard.Cases)
	m.Backends, m.UnusedGoldens = map[string]result.Backend{}, nil
	sum := sha256.New()
	for _, p := range parts {
		o := &p.run.Manifest
		m.Merged = append(m.Merged, o.ID)
		fmt.Fprintln(sum, o.ID)
		maps.Copy(m.Backends, o.Backends)
		if o.Started.Before(m.Started) {
			m.Started = o.Started
		}
		if ended := p.run.Until(); ended.After(m.Ended) {
			m.Ended = ended
		}
		m.Interrupted = m.Interrupted || o.Interrupted || o.Killed()
	}
	m.ID = m.Started.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(sum.Sum(nil)[:3])
	return m
}

// keep stores a merged run, with what was drawn and the images of its shards.
func (s Store) keep(run *result.Run, parts []part) error {
	id := run.Manifest.ID
	if _, err := os.Lstat(s.Folder(id)); err == nil {
		return &MergeError{fmt.Sprintf("these shards are merged already: run %s", id)}
	}
	r := s.Recorder(id)
	r.Event(event.RunStarted{Manifest: run.Manifest})
	if err := r.Err(); err != nil {
		return err
	}
	drawn, err := s.carry(id, parts)
	for i := range run.Cases {
		rename(&run.Cases[i], drawn)
		r.Event(event.CaseJudged{Case: &run.Cases[i]})
	}
	for i := range run.NotRun {
		r.Event(event.CaseNotRun{Case: &run.NotRun[i]})
	}
	r.Event(event.RunEnded{Manifest: run.Manifest})
	data := fmt.Appendf(nil, "{\"imported\": %q, \"from\": %q}\n", time.Now().UTC().Format(time.RFC3339), "merge")
	return errors.Join(err, r.Err(), atomicfile.WriteFile(filepath.Join(s.Folder(id), importedFile), data, atomicfile.Options{}))
}

// carry copies overlays, which get new names, and images. It returns the new names
// by the path that a case has for them.
func (s Store) carry(id string, parts []part) (map[string]string, error) {
	names := map[string]string{}
	for _, p := range parts {
		for _, c := range p.run.Cases {
			for path := range drawings(&c) {
				if names[*path] == "" {
					names[*path] = fmt.Sprintf("%03d.png", len(names)+1)
					from := filepath.Join(p.dir, overlaysDir, filepath.Base(filepath.FromSlash(*path)))
					if err := copyFile(from, filepath.Join(s.Folder(id), overlaysDir, names[*path])); err != nil {
						return names, fmt.Errorf("merge %s: %w", p.name, err)
					}
				}
			}
		}
		images, _ := os.ReadDir(filepath.Join(p.dir, imagesDir))
		for _, e := range images {
			if err := copyFile(filepath.Join(p.dir, imagesDir, e.Name()), filepath.Join(s.Folder(id), imagesDir, e.Name())); err != nil {
				return names, fmt.Errorf("merge %s: %w", p.name, err)
			}
		}
	}
	return names, nil
}

// drawings are where a case holds the paths of what was drawn of it.
func drawings(c *result.Case) func(yield func(*string) bool) {
	return func(yield func(*string) bool) {
		for i := range c.Samples {
			for j := range c.Samples[i].Turns {
				for k := range c.Samples[i].Turns[j].Verdicts {
					if o := c.Samples[i].Turns[j].Verdicts[k].Overlay; o != nil && o.Drawn != "" && !yield(&o.Drawn) {
						return
					}
				}
			}
		}
	}
}

func rename(c *result.Case, names map[string]string) {
	for drawn := range drawings(c) {
		*drawn = path.Join(overlaysDir, names[*drawn])
	}
}

func copyFile(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return nil // the same image of another shard
	}
	in, err := regular.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(to, atomicfile.Options{}, func(f *os.File) error {
		_, err := io.Copy(f, in)
		return err
	})
}
