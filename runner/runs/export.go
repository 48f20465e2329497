package runs

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/vlmspec/vlmspec/internal/atomicfile"
	"github.com/vlmspec/vlmspec/plugins/sdk/regular"
	"github.com/vlmspec/vlmspec/runner/result"
)

// Export says what an exported run holds beside its cases.
type Export struct {
	Version string // of vlmspec, that exports
	// Images takes the images along that the cases showed. Project is the folder that
	// their paths are relative to.
	Images  bool
	Project string
}

// Exported is the outcome of an export.
type Exported struct {
	Images int
	// Missing says of images that are not in it why, by path: they are gone, or are
	// not what the run has seen.
	Missing map[string]error
}

// Export writes a run to a zip, whole or not at all; a run that is under way is
// refused.
func (s Store) Export(id, path string, o Export) (Exported, error) {
	out := Exported{Missing: map[string]error{}}
	if s.underWay(id) {
		return out, fmt.Errorf("run %s is under way; export it when it has ended", id)
	}
	var images []result.Image // each once; a run that cannot be read is no use elsewhere
	seen := map[result.Image]bool{}
	_, err := eachCase(s.Folder(id), func(c *result.Case) {
		for _, img := range c.Images {
			if !seen[img] && img.SHA256 != "" {
				seen[img] = true
				images = append(images, img)
			}
		}
	})
	if err != nil {
		return out, err
	}
	err = atomicfile.Write(path, atomicfile.Options{}, func(f *os.File) error {
		z := zip.NewWriter(f)
		data, err := json.Marshal(head{archiveFormat, id, o.Version})
		if err == nil {
			err = addData(z, archiveHead, data)
		}
		for _, name := range s.files(id) {
			if err == nil {
				err = addFile(z, name, filepath.Join(s.Folder(id), filepath.FromSlash(name)))
			}
		}
		if err == nil && o.Images {
			err = s.addImages(z, images, o.Project, &out)
		}
		return errors.Join(err, z.Close())
	})
	if err != nil {
		return out, fmt.Errorf("run %s cannot be exported to %s: %s", id, path, cause(err))
	}
	return out, nil
}

// files lists the files of a run that an archive holds, but for images.
func (s Store) files(id string) []string {
	names := []string{manifestFile, casesFile}
	if s.has(id, notRunFile) {
		names = append(names, notRunFile)
	}
	drawn, _ := os.ReadDir(filepath.Join(s.Folder(id), overlaysDir))
	for _, e := range drawn {
		if name := overlaysDir + "/" + e.Name(); archived(name) && e.Type().IsRegular() {
			names = append(names, name)
		}
	}
	return names
}

// addImages adds the images that are still what the run has seen, each once under
// whatever path it is.
func (s Store) addImages(z *zip.Writer, images []result.Image, project string, out *Exported) error {
	added, missing := map[string]bool{}, map[string]string{} // by digest, and by path the digest
	for _, img := range images {
		if added[img.SHA256] {
			continue
		}
		data, err := s.Image(img, project)
		if err != nil {
			out.Missing[img.Path], missing[img.Path] = err, img.SHA256
			continue
		}
		added[img.SHA256] = true
		out.Images++
		if err := addData(z, imagesDir+"/"+img.SHA256, data); err != nil {
			return err
		}
	}
	maps.DeleteFunc(out.Missing, func(path string, _ error) bool { return added[missing[path]] })
	return nil
}

// maxImage bounds the size of an image file.
const maxImage = 1 << 30

// Image reads an image as a run has seen it: from the project, or from a run that
// brought it along.
func (s Store) Image(img result.Image, project string) ([]byte, error) {
	path := filepath.FromSlash(img.Path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(project, path)
	}
	data, err := regular.Read(path, maxImage)
	if err == nil && digest(data) == img.SHA256 {
		return data, nil
	}
	if kept := s.ImagePath(img.SHA256); kept != "" {
		if data, err := regular.Read(kept, maxImage); err == nil && digest(data) == img.SHA256 {
			return data, nil
		}
	}
	if err == nil {
		err = errors.New("it has changed since the run")
	}
	return nil, err
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// ImagePath is the file of an image that an imported run has brought along, by its
// SHA-256; "" when there is none.
func (s Store) ImagePath(sha256 string) string {
	if !imageName.MatchString(imagesDir + "/" + sha256) {
		return ""
	}
	ids, _ := s.IDs()
	for _, id := range slices.Backward(ids) {
		path := filepath.Join(s.Folder(id), imagesDir, sha256)
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

func addData(z *zip.Writer, name string, data []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func addFile(z *zip.Writer, name, path string) error {
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
