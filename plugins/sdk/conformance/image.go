package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"sync"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// request asks about n grey images.
func (c *c) request(n int) sdk.Request {
	msg := sdk.Message{Role: sdk.User}
	for range n {
		msg.Parts = append(msg.Parts, sdk.Part{Image: c.written("grey.png", grey(), 64)})
	}
	msg.Parts = append(msg.Parts, sdk.Part{Text: c.o.Prompt})
	return sdk.Request{ID: "conformance", Messages: []sdk.Message{msg}, Params: sdk.Params{MaxTokens: 16}}
}

// grey is an image of 64 by 64 pixels.
var grey = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		panic(err) // writing to memory
	}
	return b.Bytes()
})

// written is a square image in a file.
func (c *c) written(name string, data []byte, side int) *sdk.Image {
	path := filepath.Join(c.dir, name)
	if _, err := os.Stat(path); err != nil { // a call may be reading it
		if err := os.WriteFile(path, data, 0o600); err != nil {
			c.fatalf("%v", err)
		}
	}
	sum := sha256.Sum256(data)
	return &sdk.Image{SHA256: hex.EncodeToString(sum[:]), MediaType: "image/png", Width: side, Height: side, Path: path}
}

func (c *c) refusesTooManyImages() {
	if c.info.Capabilities.MaxImages == 0 {
		c.skip("it takes any number of images")
	}
	c.refuses(c.request(c.info.Capabilities.MaxImages + 1))
}

func (c *c) refusesMissingImage() {
	c.looksAt(&sdk.Image{Path: filepath.Join(c.dir, "missing.png"), MediaType: "image/png", Width: 64, Height: 64})
}

func (c *c) refusesDamagedImage() {
	c.looksAt(c.written("damaged.png", []byte("\x89PNG\r\n\x1a\nthis is no image"), 64))
}

func (c *c) refusesHugeImage() {
	const side = 60000
	var header [13]byte
	binary.BigEndian.PutUint32(header[0:], side)
	binary.BigEndian.PutUint32(header[4:], side)
	header[8], header[9] = 8, 2 // bits, RGB
	c.looksAt(c.written("huge.png", append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header[:])...), side))
}

// chunk is a chunk of a PNG file, as section 5.3 of its specification has it.
func chunk(kind string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// looksAt wants a bad image to be refused, and the backend to answer afterwards.
func (c *c) looksAt(bad *sdk.Image) {
	if c.o.NoImages {
		c.skip("it does not look at images")
	}
	req := c.request(1)
	req.Messages[0].Parts[0].Image = bad
	c.refuses(req)
	c.generate(c.request(1), nil)
}

func (c *c) refuses(req sdk.Request) {
	r, err := c.b.Generate(c.ctx, req, nil)
	switch {
	case err == nil:
		c.failf("it answered %q; expected an error of kind %s", r.Text, sdk.InvalidRequest)
	case sdk.KindOf(err) != sdk.InvalidRequest:
		c.failf("the error %q has kind %s; expected %s, so that the case is not tried again", err, sdk.KindOf(err), sdk.InvalidRequest)
	}
}
