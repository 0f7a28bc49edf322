package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/image/draw"
)

// mostPixels is the size of the largest picture that is resized; a picture takes four to eight bytes a pixel while it is.
const mostPixels = 50_000_000

const jpegQuality = 85

// errNoPicture is that a file is no PNG or JPEG, or too large a one.
var errNoPicture = errors.New("not a picture that can be resized")

// images makes pictures narrower, one at a time, and keeps them in a folder that may be emptied at any time.
type images struct {
	folder string
	files  files
	turn   chan struct{} // holds a value while a picture is made
}

func newImages(folder string, files files) *images {
	return &images{folder: folder, files: files, turn: make(chan struct{}, 1)}
}

// open gives the picture of the sum at the width, or as it is where it is not wider than that.
func (i *images) open(ctx context.Context, sum string, width int) (io.ReadSeekCloser, error) {
	path := filepath.Join(i.folder, sum[:2], sum+"-"+strconv.Itoa(width))
	if kept, err := os.Open(path); err == nil { //nolint:gosec // made of the database's own values
		return kept, nil
	}
	original, err := i.files.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	config, format, err := image.DecodeConfig(original)
	if err != nil || format != "png" && format != "jpeg" || config.Width*config.Height > mostPixels {
		_ = original.Close()
		return nil, errNoPicture
	}
	if _, err := original.Seek(0, io.SeekStart); err != nil {
		return nil, errors.Join(err, original.Close())
	}
	if config.Width <= width {
		return original, nil
	}
	defer original.Close()
	select {
	case i.turn <- struct{}{}:
		defer func() { <-i.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if kept, err := os.Open(path); err == nil { //nolint:gosec // as above; made while this one waited
		return kept, nil
	}
	picture, err := narrow(original, width)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoPicture, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := writeFile(path, bytes.NewReader(picture)); err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // as above
}

// narrow makes a picture of the given width, in the format of the original.
func narrow(original io.Reader, width int) ([]byte, error) {
	source, format, err := image.Decode(original)
	if err != nil {
		return nil, err
	}
	from := source.Bounds()
	height := max(1, from.Dy()*width/from.Dx())
	target := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(target, target.Bounds(), source, from, draw.Src, nil)
	var b bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&b, target, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&b, target)
	}
	return b.Bytes(), err
}
