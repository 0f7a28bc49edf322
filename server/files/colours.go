package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"github.com/kovidgoyal/imaging"
	"github.com/kovidgoyal/imaging/prism/meta/autometa"
	"github.com/kovidgoyal/imaging/prism/meta/icc"
)

// inSRGB returns a picture decoded from a file in sRGB: the profile in the file, which says what its colours mean, is not
// kept. The error says that the profile cannot be read; the picture is returned as it is.
func inSRGB(picture image.Image, file []byte) (converted image.Image, err error) {
	defer func() {
		if failed := recover(); failed != nil { // the profile is crafted
			converted, err = picture, fmt.Errorf("malformed colour profile: %v", failed)
		}
	}()
	about, _, err := autometa.Load(bytes.NewReader(file))
	if err != nil || about == nil {
		return picture, err
	}
	profile, err := about.ICCProfile()
	if err != nil || profile == nil {
		return picture, err
	}
	if profile.IsSRGB() {
		return picture, nil
	}
	if profile.Header.DataColorSpace == icc.ColorSpaceGray {
		return imaging.ConvertToSRGB(profile, imaging.Relative, true, picture)
	}
	channels := 3
	if _, ok := picture.(*image.CMYK); ok {
		channels = 4
	}
	_, paletted := picture.(*image.Paletted)
	if channels == 3 && profile.IsMatrixShaper() && !isDeep(picture) && !paletted {
		l, err := lightsOf(profile)
		if err != nil {
			return picture, err
		}
		to := in8Bits(picture)
		l.convert(to.Pix)
		return to, nil
	}
	// Colours outside of sRGB are clipped, as browsers do: mapping them into it takes microseconds a pixel.
	to, err := profile.CreateTransformerToSRGB(imaging.Relative, true, channels, true, false, true)
	if err != nil {
		return picture, err
	}
	t := transform{channels: channels, exact: func(in, out []float64) {
		if channels == 3 {
			out[0], out[1], out[2] = to.Transform(in[0], in[1], in[2])
			return
		}
		to.TransformGeneral(out, in)
	}}
	return t.picture(picture), nil
}

// transform converts colours, of 3 or 4 channels from 0 to 1, to sRGB.
type transform struct {
	channels int
	exact    func(in, out []float64)

	steps int       // of the grid in each channel; 0 without one
	grid  []float32 // the results at its points, the first channel first
}

// gridSteps makes converting the points of a grid take a tenth of a second, whatever the profile. Between them it is
// interpolated.
var gridSteps = map[int]int{3: 49, 4: 17}

// sample fills the grid.
func (t *transform) sample() {
	t.steps = gridSteps[t.channels]
	points := 1
	for range t.channels {
		points *= t.steps
	}
	t.grid = make([]float32, 0, 3*points)
	in, out := make([]float64, t.channels), make([]float64, 4)
	for i := range points {
		for c, rest := t.channels-1, i; c >= 0; c, rest = c-1, rest/t.steps {
			in[c] = float64(rest%t.steps) / float64(t.steps-1)
		}
		t.exact(in, out)
		t.grid = append(t.grid, float32(out[0]), float32(out[1]), float32(out[2]))
	}
}

// convert sets out to the colour in.
func (t *transform) convert(in, out []float64) {
	if t.steps == 0 {
		t.exact(in, out)
		return
	}
	var first int
	var part [4]float32
	for c, v := range in {
		at := v * float64(t.steps-1)
		low := min(int(at), t.steps-2)
		part[c] = float32(at - float64(low))
		first = first*t.steps + low
	}
	var r, g, b float32
	for corner := range 1 << t.channels {
		weight, at, stride := float32(1), first, 1
		for c := t.channels - 1; c >= 0; c, stride = c-1, stride*t.steps {
			if corner>>c&1 == 1 {
				weight *= part[c]
				at += stride
			} else {
				weight *= 1 - part[c]
			}
		}
		if weight == 0 {
			continue
		}
		r, g, b = r+weight*t.grid[3*at], g+weight*t.grid[3*at+1], b+weight*t.grid[3*at+2]
	}
	out[0], out[1], out[2] = float64(r), float64(g), float64(b)
}

// picture returns the picture converted, with as many bits.
func (t *transform) picture(from image.Image) image.Image {
	r := from.Bounds()
	if paletted, ok := from.(*image.Paletted); ok {
		to := *paletted
		to.Palette = make(color.Palette, len(paletted.Palette))
		for i, c := range paletted.Palette {
			to.Palette[i] = t.color(c)
		}
		return &to
	}
	if points := math.Pow(float64(gridSteps[t.channels]), float64(t.channels)); float64(r.Dx()*r.Dy()) > points {
		t.sample()
	}
	if isDeep(from) {
		to := image.NewNRGBA64(r)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				to.SetNRGBA64(x, y, t.color(from.At(x, y)))
			}
		}
		return to
	}
	to := image.NewNRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := t.color(from.At(x, y))
			to.SetNRGBA(x, y, color.NRGBA{inByte(c.R), inByte(c.G), inByte(c.B), inByte(c.A)})
		}
	}
	return to
}

// isDeep reports whether the colours of a picture have 16 bits.
func isDeep(picture image.Image) bool {
	switch picture.ColorModel() {
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		return true
	}
	return false
}

// in8Bits returns a picture as one that may be changed.
func in8Bits(from image.Image) *image.NRGBA {
	if as, ok := from.(*image.NRGBA); ok {
		return as
	}
	r := from.Bounds()
	if isOpaque(from) { // drawing on RGBA is fast, and the same
		to := image.NewRGBA(r)
		draw.Draw(to, r, from, r.Min, draw.Src)
		return &image.NRGBA{Pix: to.Pix, Stride: to.Stride, Rect: r}
	}
	to := image.NewNRGBA(r)
	draw.Draw(to, r, from, r.Min, draw.Src)
	return to
}

// fromD50 converts XYZ with the white of ICC profiles, D50, to the light of sRGB
// (http://www.brucelindbloom.com/index.html?Eqn_RGB_XYZ_Matrix.html).
var fromD50 = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146}, {-0.9787684, 1.9161415, 0.0334540}, {0.0719453, -0.2289914, 1.4052427},
}

// lights are the tables that convert bytes by a profile of three curves and a matrix, as cameras and screens have:
// the light of a colour is the sum of that of its channels.
type lights struct {
	of    [3][256][3]float32 // the light of sRGB, by channel and value
	bytes []uint8            // of an amount of light
}

func lightsOf(profile *icc.Profile) (*lights, error) {
	xyz, err := profile.CreateTransformerToPCS(imaging.Relative, 3, true)
	if err != nil {
		return nil, err
	}
	_, white, _ := xyz.Transform(1, 1, 1)
	if !(white > 0) {
		return nil, errors.New("a profile without white")
	}
	var l lights
	for channel, one := range [3][3]float64{{1}, {0, 1}, {0, 0, 1}} {
		for v := range 256 {
			level := float64(v) / 0xff
			x, y, z := xyz.Transform(level*one[0], level*one[1], level*one[2]) //nolint:gosec // of 3
			for i, row := range fromD50 {
				l.of[channel][v][i] = float32((row[0]*x + row[1]*y + row[2]*z) / white)
			}
		}
	}
	const steps = 1 << 14 // the curve of sRGB is steep in the dark
	l.bytes = make([]uint8, steps+1)
	for i := range l.bytes {
		v := float64(i) / steps
		if v > 0.0031308 {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		} else {
			v *= 12.92
		}
		l.bytes[i] = uint8(v*0xff + 0.5)
	}
	return &l, nil
}

// convert converts pixels of four bytes, the last of which is alpha.
func (l *lights) convert(pixels []uint8) {
	most := float32(len(l.bytes) - 1)
	for i := 0; i+4 <= len(pixels); i += 4 {
		p := pixels[i : i+3 : i+3]
		r, g, b := &l.of[0][p[0]], &l.of[1][p[1]], &l.of[2][p[2]]
		for c := range p {
			light := r[c] + g[c] + b[c]
			p[c] = l.bytes[int(min(max(light, 0), 1)*most+0.5)]
		}
	}
}

// inByte returns the nearest byte to a value of 16 bits.
func inByte(v uint16) uint8 { return uint8((uint32(v) + 128) / 257) } //nolint:gosec // at most 255

// color returns a colour converted.
func (t *transform) color(c color.Color) color.NRGBA64 {
	var in, out [4]float64
	alpha := uint16(0xffff)
	if k, ok := c.(color.CMYK); ok && t.channels == 4 {
		in = [4]float64{float64(k.C) / 0xff, float64(k.M) / 0xff, float64(k.Y) / 0xff, float64(k.K) / 0xff}
	} else {
		n, _ := color.NRGBA64Model.Convert(c).(color.NRGBA64)
		in = [4]float64{float64(n.R) / 0xffff, float64(n.G) / 0xffff, float64(n.B) / 0xffff}
		alpha = n.A
	}
	t.convert(in[:t.channels], out[:])
	level := func(v float64) uint16 { return uint16(min(max(v, 0), 1)*0xffff + 0.5) }
	return color.NRGBA64{level(out[0]), level(out[1]), level(out[2]), alpha}
}

// isAnimated reports whether a picture has more than one frame: a GIF, WebP or PNG.
func isAnimated(file []byte) bool {
	switch {
	case bytes.HasPrefix(file, []byte("GIF8")):
		return gifFrames(file) > 1
	case bytes.HasPrefix(file, []byte("\x89PNG")):
		for at := 8; at+12 <= len(file); {
			size, name := int64(binary.BigEndian.Uint32(file[at:])), string(file[at+4:at+8])
			if name == "acTL" && at+12 <= len(file) {
				return binary.BigEndian.Uint32(file[at+8:]) > 1
			}
			if name == "IDAT" || size > int64(len(file)-at-12) {
				return false
			}
			at += 12 + int(size)
		}
		return false
	}
	frames := 0
	for _, c := range webpChunks(file) {
		if c.name == "ANMF" {
			frames++
		}
	}
	return frames > 1
}

// gifFrames returns the number of frames of a GIF, at most 2.
func gifFrames(file []byte) (n int) {
	if len(file) < 13 {
		return 0
	}
	table := func(flags byte) int { // bytes of a colour table
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	at := 13 + table(file[10])
	skip := func() { // sub-blocks
		for at < len(file) && file[at] != 0 {
			at += 1 + int(file[at])
		}
		at++
	}
	for at < len(file) && n < 2 {
		switch file[at] {
		case 0x21:
			at += 2
			skip()
		case 0x2c:
			if at+10 > len(file) {
				return n
			}
			n++
			at += 11 + table(file[at+9])
			skip()
		default:
			return n
		}
	}
	return n
}

// isBare reports whether a JPEG or PNG holds nothing besides its picture: no metadata, no profile, nothing after its end.
func isBare(file []byte) bool {
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return isBarePNG(file[8:])
	case bytes.HasPrefix(file, []byte{0xff, 0xd8}):
		return isBareJPEG(file)
	}
	return false
}

func isBarePNG(chunks []byte) bool {
	for len(chunks) >= 12 {
		size, name := int64(binary.BigEndian.Uint32(chunks)), string(chunks[4:8])
		if size > int64(len(chunks)-12) {
			return false
		}
		switch name {
		case "IHDR", "PLTE", "tRNS", "IDAT":
		case "IEND":
			return size == 0 && len(chunks) == 12
		default:
			return false
		}
		chunks = chunks[12+size:]
	}
	return false
}

func isBareJPEG(file []byte) bool {
	for at := 2; at+4 <= len(file); {
		if file[at] != 0xff {
			return false
		}
		marker := file[at+1]
		switch {
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc8, marker == 0xdb, marker == 0xdd: // tables and frames
			at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
		case marker == 0xda:
			at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
			for ; at+1 < len(file); at++ { // the data of the scan
				if next := file[at+1]; file[at] == 0xff && next != 0 && (next < 0xd0 || next > 0xd7) {
					break
				}
			}
			if at+2 == len(file) {
				return file[at] == 0xff && file[at+1] == 0xd9
			}
		default:
			return false
		}
	}
	return false
}
