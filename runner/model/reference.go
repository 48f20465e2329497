// Package model keeps model files on this machine: it names them, pulls them
// from the Hugging Face hub or an address, and says where they lie. Start
// reading at [Puller.Pull]; [Resolve] is what a run uses, which never pulls.
package model

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Ref names a GGUF file; [Parse] makes one. Two references to one file are equal.
type Ref struct {
	repo, revision, file string // on the hub: owner/name, "" for main, path with slashes
	address              string // elsewhere: https://..., without its fragment
	sum                  string // SHA-256 in hex that an address is pinned to, or ""
	size                 int64  // bytes that an address is said to have, 0 when it is not
}

// form says how to write a reference.
const form = "write hf:owner/repo/FILE.gguf, https://host/FILE.gguf or a name of `vlmspec models list --known`"

var (
	repoForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$`)
	sizeForm = regexp.MustCompile(`^[1-9][0-9]*$`)
	sumForm  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	pageForm = regexp.MustCompile(`^/([^/]+/[^/]+)/(?:resolve|blob)/([^/]+)/(.+)$`)
	partForm = regexp.MustCompile(`^(.*)-(\d{5})-of-(\d{5})\.gguf$`)
)

// Parse reads hf:owner/repo/file, hf:owner/repo/file@revision, or an https
// address, which #sha256=HEX may pin and #size=BYTES may bound, both with & between
// them; an address of the hub's own pages becomes an hf: reference. http is taken
// only where the address is pinned.
func Parse(text string) (Ref, error) {
	switch {
	case strings.HasPrefix(text, "hf:"):
		return parseHub(text)
	case strings.HasPrefix(text, "https://"), strings.HasPrefix(text, "http://"):
		return parseAddress(text)
	}
	return Ref{}, fmt.Errorf("%q names no model file; %s", text, form)
}

func parseHub(text string) (Ref, error) {
	rest := strings.TrimLeft(strings.TrimPrefix(text, "hf:"), "/")
	revision := ""
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if rest, revision = rest[:at], rest[at+1:]; !clean(revision) {
			return Ref{}, fmt.Errorf("%s: %q is no revision; write a branch, a tag or a commit after @", text, revision)
		}
	}
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) < 3 || parts[2] == "" {
		return Ref{}, fmt.Errorf("%s names no file of a repository; %s", text, form)
	}
	repo := parts[0] + "/" + parts[1]
	if !repoForm.MatchString(repo) {
		return Ref{}, fmt.Errorf("%s: %q is no repository of the hub; %s", text, repo, form)
	}
	if revision == "main" {
		revision = ""
	}
	return Ref{repo: repo, revision: revision, file: parts[2]}, checkFile(text, parts[2])
}

func parseAddress(text string) (Ref, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return Ref{}, fmt.Errorf("%q is no address of a file; %s", text, form)
	}
	sum, size, err := parseFragment(u.Fragment)
	if err != nil {
		return Ref{}, fmt.Errorf("%s: %w", text, err)
	}
	pinned := sum != ""
	if u.Scheme == "http" && !pinned {
		return Ref{}, fmt.Errorf("%s: over http anybody on the way could change the model; use https, or pin it with #sha256=HEX", text)
	}
	if page := pageForm.FindStringSubmatch(u.Path); page != nil && !pinned && (u.Host == "huggingface.co" || u.Host == "hf.co") {
		return parseHub("hf:" + page[1] + "/" + page[3] + "@" + page[2])
	}
	u.Fragment = ""
	return Ref{address: u.String(), sum: sum, size: size}, checkFile(text, strings.TrimPrefix(u.Path, "/"))
}

// parseFragment reads what follows the # of an address: sha256=HEX, size=BYTES or both.
func parseFragment(fragment string) (sum string, size int64, err error) {
	if fragment == "" {
		return "", 0, nil
	}
	for part := range strings.SplitSeq(fragment, "&") {
		key, value, _ := strings.Cut(part, "=")
		switch {
		case key == "sha256" && sumForm.MatchString(strings.ToLower(value)):
			sum = strings.ToLower(value)
		case key == "size" && sizeForm.MatchString(value):
			if size, err = strconv.ParseInt(value, 10, 64); err != nil || size > largest {
				return "", 0, fmt.Errorf("#%s is more than a model can have", part)
			}
		default:
			return "", 0, fmt.Errorf("#%s pins nothing; write #sha256= and 64 hexadecimal digits, or #size= and a number of bytes", part)
		}
	}
	return sum, size, nil
}

func checkFile(text, file string) error {
	if !clean(file) {
		return fmt.Errorf("%s: %q is no path of a file", text, file)
	}
	if !strings.EqualFold(path.Ext(file), ".gguf") {
		return fmt.Errorf("%s: %s is no GGUF file by its name; models of other formats have to be converted to GGUF first", text, path.Base(file))
	}
	return nil
}

// clean reports whether a path stays below where it is put.
func clean(p string) bool {
	return p != "" && path.Clean(p) == p && filepath.IsLocal(p) && !strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f })
}

// String is the reference as [Parse] reads it.
func (r Ref) String() string {
	switch {
	case r.address != "":
		return r.address + r.fragment()
	case r.revision != "":
		return "hf:" + r.repo + "/" + r.file + "@" + r.revision
	}
	return "hf:" + r.repo + "/" + r.file
}

func (r Ref) fragment() string {
	var parts []string
	if r.sum != "" {
		parts = append(parts, "sha256="+r.sum)
	}
	if r.size > 0 {
		parts = append(parts, "size="+strconv.FormatInt(r.size, 10))
	}
	if len(parts) == 0 {
		return ""
	}
	return "#" + strings.Join(parts, "&")
}

// Base is the name of the file where it comes from.
func (r Ref) Base() string {
	if u, err := url.Parse(r.address); r.repo == "" && err == nil {
		return path.Base(u.Path)
	}
	return path.Base(r.file)
}

// Pinned reports whether the reference says which SHA-256 the file has to have.
func (r Ref) Pinned() bool { return r.sum != "" }

// place is where the file lies in a store, relative, with the separators of the system.
func (r Ref) place() string {
	if r.repo != "" {
		repo := r.repo
		if r.revision != "" {
			repo += "@" + url.PathEscape(r.revision)
		}
		return filepath.Join("hf", filepath.FromSlash(repo), filepath.FromSlash(r.file))
	}
	u, err := url.Parse(r.address)
	if err != nil {
		return "" // Parse has read it
	}
	file := strings.TrimPrefix(u.Path, "/")
	if unlike := u.RawQuery + r.sum; unlike != "" {
		digest := sha256.Sum256([]byte(unlike))
		ext := path.Ext(file)
		file = strings.TrimSuffix(file, ext) + "-" + hex.EncodeToString(digest[:4]) + ext
	}
	return filepath.Join(u.Scheme, strings.ReplaceAll(u.Host, ":", "_"), filepath.FromSlash(file))
}

// referenceOf is the reference of the file that lies at a place in a store, as far
// as its name says; "" for none.
func referenceOf(place string) string {
	parts := strings.Split(filepath.ToSlash(place), "/")
	switch {
	case parts[0] == "hf" && len(parts) > 3:
		repo, revision, pinned := strings.Cut(parts[2], "@")
		reference := "hf:" + parts[1] + "/" + repo + "/" + strings.Join(parts[3:], "/")
		if name, err := url.PathUnescape(revision); pinned && err == nil {
			reference += "@" + name
		}
		return reference
	case len(parts) > 2:
		return parts[0] + "://" + strings.Join(parts[1:], "/")
	}
	return ""
}

// link is where the file is fetched; revision is "" for that of the reference.
func (r Ref) link(endpoint, revision string) string {
	if r.repo == "" {
		return r.address
	}
	parts := strings.Split(r.file, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return endpoint + "/" + r.repo + "/resolve/" + url.PathEscape(cmp.Or(revision, r.revision, "main")) + "/" + strings.Join(parts, "/")
}

// Parts lists the files of a model that is split into several, as in
// big-00001-of-00003.gguf; most models are one file.
func (r Ref) Parts() []Ref {
	name := r.file
	if r.repo == "" {
		name = r.address
	}
	m := partForm.FindStringSubmatch(name)
	if m == nil || r.sum != "" || r.size != 0 { // which are those of one file
		return []Ref{r}
	}
	n, err := strconv.Atoi(m[3])
	if err != nil || n < 1 || n > 1000 {
		return []Ref{r}
	}
	all := make([]Ref, n)
	for i := range all {
		all[i] = r
		part := fmt.Sprintf("%s-%05d-of-%05d.gguf", m[1], i+1, n)
		if r.repo == "" {
			all[i].address = part
		} else {
			all[i].file = part
		}
	}
	return all
}
