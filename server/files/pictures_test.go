package files

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

// A camera held upright stores a picture lying and says so; every orientation must come out as the same picture: red at
// the top left, higher than wide.
func TestOrientation(t *testing.T) {
	red, blue := color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}
	const w, h = 400, 800
	for o := 1; o <= 8; o++ {
		scene := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				scene.SetRGBA(x, y, blue)
				if x < w/2 && y < h/2 {
					scene.SetRGBA(x, y, red)
				}
			}
		}
		undo := o // most undo themselves
		if o == 6 || o == 8 {
			undo = 14 - o
		}
		stored := upright(scene, undo)
		var b bytes.Buffer
		if err := jpeg.Encode(&b, stored, nil); err != nil {
			t.Fatal(err)
		}
		exif := []byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00")
		exif[len(exif)-7] = byte(o)
		file := append(exif, b.Bytes()[2:]...)

		s, err := shapeOf(bytes.NewReader(file))
		if err != nil || s.orientation != o || s.width != w {
			t.Errorf("orientation %d: seen as %+v, %v; want %d wide", o, s, err, w)
			continue
		}
		small, err := cutFrom(file, s, Cut{Width: 320})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := image.Decode(bytes.NewReader(small))
		if err != nil {
			t.Fatal(err)
		}
		if got.Bounds() != image.Rect(0, 0, 320, 640) {
			t.Errorf("orientation %d: %v; want 320 × 640", o, got.Bounds())
		}
		r, _, blueness, _ := got.At(80, 160).RGBA()
		r2, _, blueness2, _ := got.At(240, 160).RGBA()
		if r < blueness || r2 > blueness2 {
			t.Errorf("orientation %d: the red corner is not at the top left", o)
		}
	}
}

func TestNoPicture(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("..", "..", "demo", "assets", "gavler-rod.png"))
	if err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(whole)
	copy(huge[16:], "\x00\x00\xff\xff\x00\x00\xff\xff") // says that it is 65535 × 65535
	for name, file := range map[string][]byte{"text": []byte("text"), "nothing": nil, "a picture of four thousand million pixels": huge} {
		if s, err := shapeOf(bytes.NewReader(file)); err == nil {
			t.Errorf("%s is a picture: %+v", name, s)
		}
	}
	for end := range whole[:200] {
		_ = orientation(append([]byte("\xff\xd8\xff\xe1\x00\x80Exif\x00\x00II"), whole[:end]...)) // does not panic
	}
}

// PNG and WebP tell of it in chunks of their own.
func TestOrientationOfOtherFormats(t *testing.T) {
	const tiff = "MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	for name, file := range map[string]string{
		"PNG": "\x89PNG\r\n\x1a\n\x00\x00\x00\x1aeXIf" + tiff, "WebP": "RIFF\x00\x00\x00\x00WEBPVP8X....EXIF\x1a\x00\x00\x00" + tiff, "WebP as some write it": "RIFF\x00\x00\x00\x00WEBPEXIF\x20\x00\x00\x00Exif\x00\x00" + tiff,
	} {
		if got := orientation([]byte(file)); got != 6 {
			t.Errorf("%s: %d", name, got)
		}
	}
	for _, file := range []string{"RIFF\x00\x00\x00\x00WEBPEXIF", "\x89PNGeXIf", "\x89PNG", "RIFF"} {
		if got := orientation([]byte(file)); got != 1 {
			t.Errorf("%q: %d", file, got)
		}
	}
}
