package imaging

import (
	"errors"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/vlmspec/vlmspec/plugins/sdk"
)

// unsupportedError names what a file is, as in "CMYK TIFF".
type unsupportedError string

func (e unsupportedError) Error() string { return string(e) }

// wrong tells what is only not supported from what is damaged.
func wrong(format, damage string, err error) error {
	if what, ok := unsupported(format, err); ok {
		return sdk.Errorf(sdk.InvalidRequest, "unsupported: %s; convert it to PNG, or to JPEG in RGB%s", what, converter(format))
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return sdk.Errorf(sdk.InvalidRequest, "%s: the file ends too soon", damage)
	}
	return sdk.Errorf(sdk.InvalidRequest, "%s: %v", damage, err)
}

func unsupported(format string, err error) (what string, ok bool) {
	if own, ok := errors.AsType[unsupportedError](err); ok {
		return string(own), true
	}
	if e, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		what = string(e)
	} else if e, ok := errors.AsType[png.UnsupportedError](err); ok {
		what = string(e)
	} else if e, ok := errors.AsType[tiff.UnsupportedError](err); ok {
		what = string(e)
	} else if errors.Is(err, bmp.ErrUnsupported) {
		what = "compressed, or of another kind than Windows'"
	} else {
		return "", false
	}
	return format + " (" + strings.TrimSpace(what) + ")", true
}
