package runs

import (
	"fmt"
	"regexp"
)

// An exported run is a zip: archiveHead first, which names the format, then the
// manifest, the cases, what was drawn of them, and the images they showed, if
// they were asked for, each under its digest. Nothing else is in it, and nothing
// else is taken out of one.
const (
	archiveHead   = "vlmspec-run.json"
	archiveFormat = 1
)

// head is the content of archiveHead.
type head struct {
	Format  int    `json:"format"`
	Run     string `json:"run"`
	Version string `json:"vlmspec"` // that exported it
}

// Most that an archive may unpack to: a run of a million cases is below it. What
// is small may not become large either.
const (
	maxUnpacked = 4 << 30
	maxRatio    = 200     // to the size of the zip
	freeOfRatio = 1 << 26 // up to which the ratio does not matter
	maxEntries  = 1 << 20
)

var (
	overlayName = regexp.MustCompile(`^` + overlaysDir + `/[0-9]{3,9}\.png$`)
	imageName   = regexp.MustCompile(`^` + imagesDir + `/[0-9a-f]{64}$`)
)

// folder reports whether a name is that of a folder, as other programs put them
// into a zip.
func folder(name string) bool { return name == overlaysDir+"/" || name == imagesDir+"/" }

// archived reports whether an exported run may have a file of a name.
func archived(name string) bool {
	return name == archiveHead || name == manifestFile || name == casesFile || name == notRunFile || overlayName.MatchString(name) || imageName.MatchString(name)
}

// ImportError says why a file is not imported.
type ImportError struct{ File, What string }

func (e *ImportError) Error() string { return e.Problem() + "; nothing was imported" }

// Problem is what is wrong with the file.
func (e *ImportError) Problem() string { return fmt.Sprintf("%s: %s", e.File, e.What) }
