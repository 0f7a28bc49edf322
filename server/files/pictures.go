package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // a format that may be uploaded
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a format that may be uploaded

	"dugnad/schema"
)

const (
	// maxPixels is the size of the largest picture that is decoded. Decoding takes four to eight bytes a pixel.
	maxPixels = 50_000_000
	// pictureBytes is the size of the largest picture file that may be uploaded.
	pictureBytes = 40 << 20
	// pictureTime is how long a picture may wait for its turn.
	pictureTime = 20 * time.Second

	jpegQuality  = 85
	wholeQuality = 92 // of the stored picture, from which the others are made
)

// ErrNoPicture is the error of a file that is not a picture, or has too many pixels.
var ErrNoPicture = errors.New("not a picture that can be resized")

// Shapes maps the suffixes of picture addresses to aspect ratios, width to height.
var Shapes = map[string][2]int{"": {}, "wide": {16, 9}, "landscape": {4, 3}, "square": {1, 1}}

// Pictures resizes pictures, one at a time, and caches the results in a folder that may be emptied at any time.
type Pictures struct {
	folder string
	files  Kept
	turn   chan struct{} // holds a value while a picture is being made
}

// NewPictures returns Pictures of the given files, cached in folder.
func NewPictures(folder string, kept Kept) *Pictures {
	return &Pictures{folder: folder, files: kept, turn: make(chan struct{}, 1)}
}

// Cut is a crop of a picture at a width in pixels. Shape is a key of Shapes; Focus is what should be in the middle, nil
// for the centre.
type Cut struct {
	Width int
	Shape string
	Focus *schema.FocalPoint
}

// Name returns a name that differs for each cut of a picture.
func (c Cut) Name() string {
	name := strconv.Itoa(c.Width)
	if c.Shape == "" {
		return name
	}
	x, y := c.focus()
	return fmt.Sprintf("%s-%s-%d-%d", name, c.Shape, x, y)
}

// focus returns the focal point in percent of width and height.
func (c Cut) focus() (x, y int) {
	if c.Focus == nil {
		return 50, 50
	}
	part := func(v float64) int { return int(math.Round(100 * min(max(v, 0), 1))) }
	return part(c.Focus.X), part(c.Focus.Y)
}

// of returns the part of a picture that the cut shows.
func (c Cut) of(r image.Rectangle) image.Rectangle {
	ratio := Shapes[c.Shape]
	w, h := r.Dx(), r.Dy()
	switch {
	case ratio[0] == 0:
		return r
	case w*ratio[1] > h*ratio[0]:
		w = max(1, h*ratio[0]/ratio[1])
	default:
		h = max(1, w*ratio[1]/ratio[0])
	}
	fx, fy := c.focus()
	at := image.Pt(min(max(fx*r.Dx()/100-w/2, 0), r.Dx()-w), min(max(fy*r.Dy()/100-h/2, 0), r.Dy()-h))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}.Add(r.Min)
}

// Open returns a cut of the picture with the SHA-256, or the picture itself if it needs no crop and is no wider. The
// error is ErrNoPicture if it cannot be resized.
func (p *Pictures) Open(ctx context.Context, sum string, cut Cut) (io.ReadSeekCloser, error) {
	path := filepath.Join(p.folder, sum[:2], sum+"-"+cut.Name())
	if kept, err := os.Open(path); err == nil { //nolint:gosec // made of the database's own values
		return kept, nil
	}
	original, err := p.files.Open(ctx, sum)
	if err != nil {
		return nil, err
	}
	shape, err := shapeOf(original)
	if err != nil {
		return nil, errors.Join(err, original.Close())
	}
	if cut.Shape == "" && shape.width <= cut.Width {
		return original, nil
	}
	defer original.Close()
	done, err := p.wait(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if kept, err := os.Open(path); err == nil { //nolint:gosec // as above; made during the wait
		return kept, nil
	}
	picture, err := cutFrom(original, shape, cut)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if _, err := Write(path, bytes.NewReader(picture)); err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // as above
}

// wait waits for the turn to use memory for a picture. The caller calls done afterwards.
func (p *Pictures) wait(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Clean re-encodes a picture without anything else that its file holds: upright, as JPEG or PNG, of an animation the
// first frame. It returns the picture, its media type and its size in pixels, or ErrNoPicture.
func (p *Pictures) Clean(
	ctx context.Context, file io.Reader,
) (picture []byte, mediaType string, size image.Point, err error) {
	done, err := p.wait(ctx)
	if err != nil {
		return nil, "", size, err
	}
	defer done()
	whole, err := io.ReadAll(io.LimitReader(file, pictureBytes+1))
	if err != nil {
		return nil, "", size, err
	}
	if len(whole) > pictureBytes {
		return nil, "", size, ErrNoPicture
	}
	shape, err := shapeOf(bytes.NewReader(whole))
	if err != nil {
		return nil, "", size, err
	}
	shape.orientation = orientation(whole) // WebP has it at the end
	source, format, err := image.Decode(bytes.NewReader(whole))
	if err != nil {
		return nil, "", size, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	whole = nil //nolint:ineffassign,wastedassign // frees the memory
	source = shape.turn(source)
	mediaType = "image/png"
	if opaque, ok := source.(interface{ Opaque() bool }); format == "jpeg" || format == "webp" && ok && opaque.Opaque() {
		mediaType = "image/jpeg"
	}
	picture, err = encode(source, mediaType == "image/jpeg", wholeQuality)
	return picture, mediaType, source.Bounds().Size(), err
}

func encode(picture image.Image, asJPEG bool, quality int) ([]byte, error) {
	var b bytes.Buffer
	if asJPEG {
		err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality})
		return b.Bytes(), err
	}
	err := png.Encode(&b, picture)
	return b.Bytes(), err
}

// shape is what is known of a picture before it is decoded.
type shape struct {
	width       int // when upright
	orientation int
}

// turn returns the picture upright.
func (s shape) turn(picture image.Image) image.Image {
	if s.orientation == 1 {
		return picture
	}
	turned := image.NewRGBA(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(turned, turned.Bounds(), picture, picture.Bounds().Min, draw.Src)
	return upright(turned, s.orientation)
}

// formats lists the formats that are decoded.
var formats = []string{"png", "jpeg", "gif", "webp"}

// shapeOf reads the header of a picture and seeks back to the start. It returns ErrNoPicture if the picture cannot be
// resized.
func shapeOf(picture io.ReadSeeker) (shape, error) {
	start, err := io.ReadAll(io.LimitReader(picture, exifSize))
	if err != nil {
		return shape{}, err
	}
	if _, err := picture.Seek(0, io.SeekStart); err != nil {
		return shape{}, err
	}
	config, format, err := image.DecodeConfig(picture)
	if err != nil || !slices.Contains(formats, format) || config.Width < 1 || config.Height < 1 ||
		config.Width > maxPixels/config.Height {
		return shape{}, ErrNoPicture
	}
	s := shape{width: config.Width, orientation: orientation(start)}
	if isTurned(s.orientation) {
		s.width = config.Height
	}
	_, err = picture.Seek(0, io.SeekStart)
	return s, err
}

// cutFrom returns an upright cut in the format of the original, without anything else that its file holds.
func cutFrom(original io.Reader, shape shape, cut Cut) ([]byte, error) {
	source, format, err := image.Decode(original)
	if err != nil {
		return nil, err
	}
	source = shape.turn(source)
	from := cut.of(source.Bounds())
	width := min(cut.Width, from.Dx())
	target := image.NewRGBA(image.Rect(0, 0, width, max(1, from.Dy()*width/from.Dx())))
	draw.CatmullRom.Scale(target, target.Bounds(), source, from, draw.Src, nil)
	return encode(target, format == "jpeg", jpegQuality)
}
