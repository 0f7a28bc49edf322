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
	shape, err := shapeOf(original)
	if err != nil {
		return nil, errors.Join(err, original.Close())
	}
	if shape.width <= width {
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
	picture, err := narrow(original, shape, width)
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

// shape is what a picture is before it is decoded.
type shape struct {
	width       int // when upright
	orientation int
}

// shapeOf looks at the beginning of a picture and goes back there; errNoPicture when it cannot be resized.
func shapeOf(picture io.ReadSeeker) (shape, error) {
	start, err := io.ReadAll(io.LimitReader(picture, exifSize))
	if err != nil {
		return shape{}, err
	}
	if _, err := picture.Seek(0, io.SeekStart); err != nil {
		return shape{}, err
	}
	config, format, err := image.DecodeConfig(picture)
	if err != nil || format != "png" && format != "jpeg" || config.Width*config.Height > mostPixels {
		return shape{}, errNoPicture
	}
	s := shape{width: config.Width, orientation: orientation(start)}
	if isTurned(s.orientation) {
		s.width = config.Height
	}
	_, err = picture.Seek(0, io.SeekStart)
	return s, err
}

// narrow makes an upright picture of the given width, in the format of the original and without what else is in its file.
func narrow(original io.Reader, shape shape, width int) ([]byte, error) {
	source, format, err := image.Decode(original)
	if err != nil {
		return nil, err
	}
	from := source.Bounds()
	size := image.Rect(0, 0, width, max(1, from.Dy()*width/from.Dx()))
	if isTurned(shape.orientation) {
		size = image.Rect(0, 0, max(1, from.Dx()*width/from.Dy()), width)
	}
	target := image.NewRGBA(size)
	draw.CatmullRom.Scale(target, size, source, from, draw.Src, nil)
	target = upright(target, shape.orientation)
	var b bytes.Buffer
	if format == "jpeg" {
		err = jpeg.Encode(&b, target, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&b, target)
	}
	return b.Bytes(), err
}
