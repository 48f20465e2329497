// Package web is where people look rather than read: one page, made of the
// TypeScript in ui, with the data of a run. [Write] puts both into one HTML file
// that opens from disk, without a server or a network. Start reading at [Write];
// summary.go has what the page is shown first, detail.go what it reads of a case
// when somebody opens it, images.go the images. ui/source.ts is the other end.
package web

import (
	_ "embed"

	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/runs"
)

// Script and style of the page; `make ui` makes them.
var (
	//go:embed dist/app.js
	script []byte
	//go:embed dist/app.css
	style []byte
)

// Format is the version of the data that the page reads. A page shows what it
// knows of newer data, and names what it does not.
const Format = 1

// Options say what goes into a page beside the run.
type Options struct {
	// Store has earlier runs of the project, and the images of imported ones.
	Store runs.Store
	// Imported says that the run came from elsewhere: the project here says nothing of it.
	Imported bool
	// With is another run to compare with; nil for none.
	With *result.Run
	// Files is the folder for images that are too large to lie in the page. It lies
	// beside the page, and is made when it is needed. "" leaves such images out.
	Files string
	// Command is the command line that runs a case again.
	Command func(m *result.Manifest, c *result.Case) string
	// Version is that of vlmspec.
	Version string
	room    int // for images in the page, in bytes; 0 is mostInlineAll
}
