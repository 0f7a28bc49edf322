package files

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// open returns the bytes of a picture for tests.
func open(t *testing.T, name string) []byte {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "pictures", name))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func cleanIn(t *testing.T, file []byte) (result, []byte) {
	t.Helper()
	found, picture, err := cleaned(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return found, picture
}

// differs returns the largest difference of a colour in the middles of the twelve fields, and where it is.
func differs(t *testing.T, a, b []byte) (most int, at image.Point) {
	t.Helper()
	one, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	other, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if one.Bounds() != other.Bounds() {
		t.Fatalf("%v, wanted %v", one.Bounds(), other.Bounds())
	}
	for y := 8; y < one.Bounds().Dy(); y += 16 {
		for x := 8; x < one.Bounds().Dx(); x += 16 {
			p, q := color.NRGBAModel.Convert(one.At(x, y)).(color.NRGBA), color.NRGBAModel.Convert(other.At(x, y)).(color.NRGBA)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B), int(p.A) - int(q.A)} {
				if d = max(d, -d); d > most {
					most, at = d, image.Pt(x, y)
				}
			}
		}
	}
	return most, at
}

// TestColours: whatever format and profile a picture comes in, it looks the same afterwards.
func TestColours(t *testing.T) {
	t.Parallel()
	source, grey, alpha := open(t, "source.png"), open(t, "grey.png"), open(t, "alpha.png")
	for name, test := range map[string]struct {
		want      []byte
		mediaType string
		still     bool
	}{
		"source.png":           {source, pngType, false},
		"srgb.jpg":             {source, jpegType, false},
		"displayp3.png":        {source, pngType, false},
		"displayp3.jpg":        {source, jpegType, false},
		"displayp3.webp":       {source, pngType, false},
		"displayp3-lossy.webp": {source, jpegType, false},
		"adobergb.png":         {source, pngType, false},
		"adobergb.jpg":         {source, jpegType, false},
		"adobergb.webp":        {source, pngType, false},
		"prophoto.png":         {source, pngType, false},
		"lossy.webp":           {source, jpegType, false},
		"turned.webp":          {source, jpegType, false},
		"alpha.webp":           {alpha, pngType, false},
		"cmyk.jpg":             {source, jpegType, false},
		"grey.jpg":             {grey, jpegType, false},
		"animated.webp":        {source, jpegType, true},
		"animated.gif":         {source, pngType, true},
		"animated.png":         {source, pngType, true},
	} {
		file := open(t, name)
		found, picture := cleanIn(t, file)
		if found.MediaType != test.mediaType || found.Still != test.still || found.Colours {
			t.Errorf("%s: %+v", name, found)
		}
		allowed := 5 // what the file itself loses, and encoding as JPEG
		if name == "prophoto.png" {
			allowed = 8 // 8 bits for a much larger space
		}
		if most, at := differs(t, picture, test.want); most > allowed {
			t.Errorf("%s: the colour at %v differs by %d", name, at, most)
		}
		again, same := cleanIn(t, picture)
		if !bytes.Equal(same, picture) || again.MediaType != found.MediaType || again.Width != found.Width {
			t.Errorf("%s: cleaning it again changes it", name)
		}
		cut, err := cutOf(bytes.NewReader(file), Cut{Width: 64}) // as of demo content and old imports
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if most, at := differs(t, cut, test.want); most > 8 {
			t.Errorf("%s: the colour at %v differs by %d in a cut", name, at, most)
		}
	}
}

// TestBarePicturesStay: only what holds something besides the picture is encoded again.
func TestBarePicturesStay(t *testing.T) {
	t.Parallel()
	var deep bytes.Buffer
	scene := image.NewNRGBA64(image.Rect(0, 0, 64, 48))
	for i := range scene.Pix {
		scene.Pix[i] = uint8(i)
	}
	if err := png.Encode(&deep, scene); err != nil {
		t.Fatal(err)
	}
	plain := open(t, "source.png")
	_, photo := cleanIn(t, open(t, "displayp3.jpg"))
	comment := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, 8}, "canary"...)
	chunk := func(name, data string) []byte {
		return append(append([]byte{0, 0, 0, byte(len(data))}, name+data...), 0, 0, 0, 0)
	}
	for name, test := range map[string]struct {
		file []byte
		bare bool
	}{
		"a PNG":                       {plain, true},
		"a PNG of 16 bits":            {deep.Bytes(), true},
		"a JPEG":                      {photo, true},
		"a progressive JPEG":          {progressive(64, 64, 10), true},
		"a JPEG with a comment":       {append(comment, photo[2:]...), false},
		"a JPEG with Exif":            {append([]byte("\xff\xd8\xff\xe1\x00\x0cExif\x00\x00MM\x00*"), photo[2:]...), false},
		"a JPEG with more":            {append(bytes.Clone(photo), "canary"...), false},
		"a JPEG with another in it":   {append(bytes.Clone(photo), photo...), false},
		"a PNG with more":             {append(bytes.Clone(plain), "canary"...), false},
		"a PNG with a text":           {append(append(bytes.Clone(plain[:33]), chunk("tEXt", "a\x00canary")...), plain[33:]...), false},
		"a PNG with an unknown chunk": {append(append(bytes.Clone(plain[:33]), chunk("caNa", "canary")...), plain[33:]...), false},
		"half a JPEG":                 {photo[:len(photo)/2], false},
		"half a PNG":                  {plain[:len(plain)/2], false},
		"a GIF":                       {open(t, "animated.gif"), false},
		"nothing":                     {nil, false},
	} {
		if got := isBare(test.file); got != test.bare {
			t.Errorf("%s is bare: %t", name, got)
		}
	}
	if _, picture := cleanIn(t, deep.Bytes()); !bytes.Equal(picture, deep.Bytes()) {
		t.Error("a picture of 16 bits is changed")
	}
	for end := range photo { // never panics
		isBare(photo[:end])
		isAnimated(photo[:end])
	}
	for _, name := range []string{"animated.gif", "animated.webp", "animated.png"} {
		file := open(t, name)
		for end := range file {
			isAnimated(file[:end])
			_, _ = decodeWebP(file[:end])
		}
	}
}

// TestWaysOfConverting: a picture of many bits, a large one, and one in bytes are converted to the same colours.
func TestWaysOfConverting(t *testing.T) {
	t.Parallel()
	for _, profile := range []string{"adobergb.png", "displayp3.png", "prophoto.png"} {
		file := open(t, profile)
		r := image.Rect(0, 0, 64, 64)
		flat, deep := image.NewNRGBA(r), image.NewNRGBA64(r)
		for y := range 64 {
			for x := range 64 {
				c := color.NRGBA{uint8(4*x + y%4), uint8(4*y + x%4), uint8(2*x + 2*y), 0xff}
				flat.SetNRGBA(x, y, c)
				deep.Set(x, y, c)
			}
		}
		exact, err := inSRGB(deep, file)
		if err != nil {
			t.Fatal(err)
		}
		near, err := inSRGB(flat, file)
		if err != nil {
			t.Fatal(err)
		}
		for y := range 64 {
			for x := range 64 {
				a, b := color.NRGBAModel.Convert(exact.At(x, y)).(color.NRGBA), near.At(x, y).(color.NRGBA)
				for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
					if max(d, -d) > 2 {
						t.Fatalf("%s: %v at %d, %d; wanted %v", profile, b, x, y, a)
					}
				}
			}
		}
	}
}

// TestUnreadableProfile: a profile that cannot be read is told, and the picture is kept.
func TestUnreadableProfile(t *testing.T) {
	t.Parallel()
	file := open(t, "displayp3.jpg")
	at := bytes.Index(file, []byte("acsp"))
	if at < 0 {
		t.Fatal("the picture has no profile")
	}
	copy(file[at:], "xxxx")
	found, picture := cleanIn(t, file)
	if !found.Colours || len(picture) == 0 {
		t.Errorf("%+v, %d bytes", found, len(picture))
	}
}

// BenchmarkProfile measures the conversion of a picture from Display P3: per pixel.
func BenchmarkProfile(b *testing.B) {
	file, err := os.ReadFile(filepath.Join("testdata", "pictures", "displayp3.jpg"))
	if err != nil {
		b.Fatal(err)
	}
	large := image.NewYCbCr(image.Rect(0, 0, 1000, 1000), image.YCbCrSubsampleRatio420)
	for i := range large.Y {
		large.Y[i] = uint8(i * 7)
	}
	for b.Loop() {
		if _, err := inSRGB(large, file); err != nil {
			b.Fatal(err)
		}
	}
}
