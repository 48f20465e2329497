package review

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/vlmspec/vlmspec/plugins/sdk/imaging"
	"github.com/vlmspec/vlmspec/runner/result"
	"github.com/vlmspec/vlmspec/runner/review/picture"
)

// wanted says which picture belongs on the screen; it is made in the background
// and taken only if it is still wanted.
type wanted struct {
	key           string // of the item
	image         int
	overlay       bool
	columns, rows int
	protocol      picture.Protocol
	nth           int // of the requests: an image is read again each time
}

type shownPicture struct {
	wanted
	picture.Picture
	note string // about the image, or why there is none
}

type pictureMsg shownPicture

// redraw makes the picture for what is on the screen now. Text is drawn at once.
func (m *model) redraw() tea.Cmd {
	want := wanted{nth: m.picture.nth + 1, protocol: m.terminal.Protocol(), image: m.image}
	i := m.current()
	place := m.layout().picture
	if i == nil || m.image >= len(i.Images) || place.Empty() || m.helping {
		return m.take(pictureMsg{wanted: want})
	}
	want.key, want.columns, want.rows = i.Key, place.Dx(), place.Dy()-1 // a row for the note
	want.overlay = m.Overlay
	m.picture.wanted = want
	img, o := i.Images[m.image], i.overlay(m.image, m.Overlay)
	path, terminal := m.absolute(img.Path), m.terminal
	if file := i.ImageFiles[m.image]; file != "" {
		path = file
	}
	for s := range o.Expected {
		o.Expected[s].Path = m.absolute(o.Expected[s].Path)
	}
	return func() tea.Msg {
		p, err := picture.Draw(path, o, terminal, want.columns, want.rows)
		return pictureMsg{want, p, noteOn(img, path, err)}
	}
}

// take shows a picture that was made. Pixels lie over the cells, so the screen is
// erased below them when they change.
func (m *model) take(msg pictureMsg) tea.Cmd {
	if msg.nth < m.picture.nth {
		return nil
	}
	had := m.picture.Pixels != ""
	m.picture = shownPicture(msg)
	if m.screen == nil || !had && msg.Pixels == "" {
		return nil
	}
	at := m.layout().picture.Min
	m.screen.Show(msg.Picture, at.X, at.Y)
	return tea.ClearScreen
}

// overlay joins what checks looked at on an image of the item.
func (i *Item) overlay(image int, wanted bool) *result.Overlay {
	joined := &result.Overlay{Image: image}
	if !wanted {
		return joined
	}
	for _, o := range i.Overlays {
		if o.Image == image {
			joined.Expected = append(joined.Expected, o.Expected...)
			joined.Found = append(joined.Found, o.Found...)
		}
	}
	return joined
}

// noteOn is the line under an image: what it is, or why it is not shown.
func noteOn(img result.Image, path string, err error) string {
	name := filepath.ToSlash(img.Path)
	if _, gone := os.Stat(path); errors.Is(gone, fs.ErrNotExist) {
		return name + " is gone"
	}
	if err != nil {
		return strings.ReplaceAll(err.Error(), path, name)
	}
	now, err := imaging.Look(path)
	if err == nil && img.SHA256 != "" && now.SHA256 != img.SHA256 {
		return name + " has changed since the run"
	}
	if img.Width == 0 {
		return name
	}
	return fmt.Sprintf("%s %d×%d", name, img.Width, img.Height)
}
