package files

import (
	"bytes"
	"context"
	"encoding/binary"
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

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a format that may be uploaded

	"dugnad/schema"
)

const (
	// maxPixels is the size of the largest picture that is decoded. Decoding takes four to eight bytes a pixel.
	maxPixels = 50_000_000
	// pictureBytes is the size of the largest picture file that may be uploaded.
	pictureBytes = 40 << 20
	// maxScans is how many times a progressive JPEG may go over its picture. Encoders make about ten scans; each takes
	// time for every pixel, and few bytes.
	maxScans = 100
	// maxScanned is how many pixels all scans of a JPEG may go over: twenty of the largest picture.
	maxScanned = 20 * maxPixels

	jpegQuality  = 85
	wholeQuality = 95 // of the stored picture, from which the others are made
)

// ErrNoPicture is the error of a file that is not a picture, has too many pixels, or takes too much time or memory.
var ErrNoPicture = errors.New("not a picture that can be resized")

// Shapes maps the suffixes of picture addresses to aspect ratios, width to height.
var Shapes = map[string][2]int{"": {}, "wide": {16, 9}, "landscape": {4, 3}, "square": {1, 1}}

// Pictures resizes pictures, one at a time, and caches the results in a folder that may be emptied at any time. It
// decodes them in a child process.
type Pictures struct {
	folder string
	files  Kept
	turns  turns
}

// NewPictures returns Pictures of the given files, cached in folder.
func NewPictures(folder string, kept Kept) *Pictures { return &Pictures{folder: folder, files: kept} }

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
// work counts as its owner's. The error is ErrNoPicture if it cannot be resized, which is remembered; RATE_LIMITED or
// UNAVAILABLE if too much work is waiting.
func (p *Pictures) Open(ctx context.Context, owner, sum string, cut Cut) (io.ReadSeekCloser, error) {
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
	if p.isRefused(sum) {
		return nil, ErrNoPicture
	}
	done, err := p.turns.take(ctx, owner)
	if err != nil {
		return nil, err
	}
	defer done()
	if kept, err := os.Open(path); err == nil { //nolint:gosec // as above; made during the wait
		return kept, nil
	}
	if p.isRefused(sum) {
		return nil, ErrNoPicture
	}
	_, picture, err := job{Kind: cutJob, Cut: cut}.work(ctx, original)
	if errors.Is(err, errChild) {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrNoPicture, err), p.refuse(sum))
	}
	if err != nil {
		return nil, err
	}
	if err := p.keep(path, picture); err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // as above
}

func (p *Pictures) keep(path string, picture []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	_, err := Write(path, bytes.NewReader(picture))
	return err
}

// refusal is the name of the file that remembers that a picture cannot be resized.
func (p *Pictures) refusal(sum string) string {
	return filepath.Join(p.folder, sum[:2], sum+"-refused")
}

func (p *Pictures) refuse(sum string) error { return p.keep(p.refusal(sum), nil) }

func (p *Pictures) isRefused(sum string) bool {
	_, err := os.Stat(p.refusal(sum))
	return err == nil
}

// Cleaned is a picture without anything else that its file held.
type Cleaned struct {
	Picture   []byte
	MediaType string
	Size      image.Point
	Still     bool // of an animation only the first frame is left
	Colours   bool // the profile that says what its colours mean could not be read
}

// Clean returns a picture without anything else that its file holds: upright, in sRGB, as JPEG or PNG, of an animation
// the first frame. It is re-encoded unless it is so already. The errors are those of Open.
func (p *Pictures) Clean(ctx context.Context, owner string, file io.Reader) (c Cleaned, err error) {
	done, err := p.turns.take(ctx, owner)
	if err != nil {
		return c, err
	}
	defer done()
	found, picture, err := job{Kind: cleanJob}.work(ctx, file)
	if errors.Is(err, errChild) {
		err = fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	return Cleaned{picture, found.MediaType, image.Pt(found.Width, found.Height), found.Still, found.Colours}, err
}

// decode returns the picture in a file in sRGB, and its format. unread reports that the file has a profile of colours
// that cannot be read.
func decode(file []byte) (picture image.Image, format string, unread bool, err error) {
	if webpChunks(file) != nil {
		format = "webp"
		picture, err = decodeWebP(file)
	} else {
		picture, format, err = image.Decode(bytes.NewReader(file))
	}
	if err != nil {
		return nil, "", false, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	picture, err = inSRGB(picture, file)
	return picture, format, err != nil, nil
}

// cleaned is the part of Clean that a child does.
func cleaned(file io.Reader) (found result, picture []byte, err error) {
	whole, err := io.ReadAll(io.LimitReader(file, pictureBytes+1))
	if err != nil {
		return found, nil, err
	}
	if len(whole) > pictureBytes || scans(whole) > maxScans {
		return found, nil, ErrNoPicture
	}
	shape, err := shapeOf(bytes.NewReader(whole))
	if err != nil {
		return found, nil, err
	}
	if scans(whole)*shape.pixels > maxScanned {
		return found, nil, ErrNoPicture
	}
	shape.orientation = orientation(whole) // WebP has it at the end
	source, format, unread, err := decode(whole)
	if err != nil {
		return found, nil, err
	}
	found = result{MediaType: pngType, Still: isAnimated(whole), Colours: unread}
	if format == "jpeg" || format == "webp" && !isLossless(whole) && isOpaque(source) {
		found.MediaType = jpegType
	}
	if bare := isBare(whole); bare {
		picture = whole
	} else {
		whole = nil //nolint:ineffassign,wastedassign // frees the memory
		source = shape.turn(source)
		picture, err = encode(source, found.MediaType == jpegType, wholeQuality)
	}
	found.Width, found.Height = source.Bounds().Dx(), source.Bounds().Dy()
	return found, picture, err
}

func isOpaque(picture image.Image) bool {
	opaque, ok := picture.(interface{ Opaque() bool })
	return ok && opaque.Opaque()
}

// scans returns the number of scans of a JPEG, and 0 for other files. It looks at markers only, up to the end of the
// picture: what follows may be a film.
func scans(file []byte) (n int) {
	if !bytes.HasPrefix(file, []byte{0xff, 0xd8}) {
		return 0
	}
	for at := 2; at+4 <= len(file); {
		next := bytes.IndexByte(file[at:len(file)-3], 0xff)
		if next < 0 {
			break
		}
		at += next
		switch marker := file[at+1]; {
		case marker == 0xff: // a fill byte
			at++
		case marker <= 0x01 || marker >= 0xd0 && marker <= 0xd7: // within the data of a scan
			at += 2
		case marker == 0xd9: // the end
			return n
		default:
			if marker == 0xda {
				n++
			}
			at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		}
	}
	return n
}

// cutOf is the part of Open that a child does.
func cutOf(original io.Reader, cut Cut) ([]byte, error) {
	whole, err := io.ReadAll(io.LimitReader(original, pictureOutput+1))
	if err != nil {
		return nil, err
	}
	if scans(whole) > maxScans {
		return nil, ErrNoPicture
	}
	shape, err := shapeOf(bytes.NewReader(whole))
	if err != nil {
		return nil, err
	}
	return cutFrom(whole, shape, cut)
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
	pixels      int
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
func shapeOf(picture io.ReadSeeker) (found shape, err error) {
	defer func() {
		if recover() != nil { // the header is crafted
			err = ErrNoPicture
		}
	}()
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
	s := shape{width: config.Width, pixels: config.Width * config.Height, orientation: orientation(start)}
	if isTurned(s.orientation) {
		s.width = config.Height
	}
	_, err = picture.Seek(0, io.SeekStart)
	return s, err
}

// cutFrom returns an upright cut in the format of the original, without anything else that its file holds.
func cutFrom(original []byte, shape shape, cut Cut) ([]byte, error) {
	source, format, _, err := decode(original)
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
