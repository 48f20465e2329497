package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"

	"github.com/vlmspec/vlmspec/runner/result"
)

// Images of the sample: shapes on a ground, in sizes that differ.
var drawings = map[string]struct{ width, height int }{
	"shapes.png": {64, 64}, "wide.png": {640, 360}, "tall.png": {300, 480}, "first.png": {320, 240}, "second.png": {320, 240},
}

// drawImages writes the images, and one that is none.
func drawImages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, size := range drawings {
		var b bytes.Buffer
		if err := png.Encode(&b, draw(size.width, size.height)); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "text.png"), []byte("no image at all"), 0o644)
}

// draw is a disc at (0.3, 0.4) and a square around (0.7, 0.6).
func draw(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	side := float64(max(width, height))
	for y := range height {
		for x := range width {
			fx, fy := float64(x)-0.3*float64(width), float64(y)-0.4*float64(height)
			sx, sy := float64(x)-0.7*float64(width), float64(y)-0.6*float64(height)
			ink := color.RGBA{0xd8, 0xd6, uint8(0xc8 + 30*y/height), 0xff}
			switch {
			case math.Hypot(fx, fy) < 0.14*side:
				ink = color.RGBA{0xd6, 0x2a, 0x2a, 0xff}
			case max(math.Abs(sx), math.Abs(sy)) < 0.12*side:
				ink = color.RGBA{0x28, 0x50, 0xd2, 0xff}
			}
			img.SetRGBA(x, y, ink)
		}
	}
	return img
}

// shown is an image as a case names it; without a digest where it cannot be read.
func shown(dir, name string) result.Image {
	size := drawings[name]
	img := result.Image{Path: name, Width: size.width, Height: size.height}
	if data, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
		sum := sha256.Sum256(data)
		img.SHA256 = hex.EncodeToString(sum[:])
	}
	return img
}
