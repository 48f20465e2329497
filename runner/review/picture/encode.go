package picture

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/ansi/iterm2"
	"github.com/charmbracelet/x/ansi/kitty"
	"github.com/charmbracelet/x/ansi/sixel"
)

// encoders make the sequence that draws an image at the cursor, in columns x
// rows cells.
var encoders = map[Protocol]func(img image.Image, columns, rows int) (string, error){
	ITerm: encodeITerm,
	Kitty: encodeKitty,
	Sixel: encodeSixel,
}

// kittyID names our one image: a second one takes the place of the first.
const kittyID = 7261

// forgetKitty removes the image and what the terminal keeps of it.
var forgetKitty = ansi.KittyGraphics(nil, "a=d", "d=I", "i=7261", "q=2")

func encodeKitty(img image.Image, columns, rows int) (string, error) {
	var b bytes.Buffer
	err := kitty.EncodeGraphics(&b, img, &kitty.Options{
		Action: kitty.TransmitAndPut, Transmission: kitty.Direct, Format: kitty.PNG, Chunk: true, Quiet: 2,
		ID: kittyID, PlacementID: 1, Columns: columns, Rows: rows, DoNotMoveCursor: true,
	})
	return b.String(), err
}

func encodeITerm(img image.Image, columns, rows int) (string, error) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", err
	}
	return ansi.ITerm2(iterm2.File{
		Width: iterm2.Cells(columns), Height: iterm2.Cells(rows), Inline: true, DoNotMoveCursor: true, Size: int64(b.Len()),
		Content: []byte(base64.StdEncoding.EncodeToString(b.Bytes())),
	}), nil
}

func encodeSixel(img image.Image, _, _ int) (string, error) {
	var b bytes.Buffer
	if err := new(sixel.Encoder).Encode(&b, img); err != nil {
		return "", err
	}
	return ansi.SixelGraphics(0, 1, 0, b.Bytes()), nil
}
