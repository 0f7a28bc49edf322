package files

import (
	"bytes"
	"encoding/binary"
	"image"
)

// exifSize is how many bytes from the start of a picture are searched for its orientation.
const exifSize = 128 << 10

// orientation returns the orientation in the Exif data of a picture, 1 to 8, or 1 (upright) without any.
func orientation(picture []byte) int {
	chunk := "" // holds the Exif data
	switch {
	case bytes.HasPrefix(picture, []byte("\x89PNG")):
		chunk = "eXIf"
	case len(picture) > 12 && bytes.HasPrefix(picture, []byte("RIFF")) && bytes.HasPrefix(picture[8:], []byte("WEBP")):
		chunk = "EXIF"
	default:
		return jpegOrientation(picture)
	}
	_, exif, found := bytes.Cut(picture, []byte(chunk))
	if !found {
		return 1
	}
	if chunk == "EXIF" {
		exif = exif[min(4, len(exif)):] // its size
	}
	exif, _ = bytes.CutPrefix(exif, []byte("Exif\x00\x00"))
	return exifOrientation(exif)
}

func jpegOrientation(jpeg []byte) int {
	if !bytes.HasPrefix(jpeg, []byte{0xff, 0xd8}) {
		return 1
	}
	for rest := jpeg[2:]; len(rest) > 4 && rest[0] == 0xff && rest[1] != 0xda; { // segments, until the picture begins
		size := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if size > len(rest) || size < 4 {
			break
		}
		if exif, ok := bytes.CutPrefix(rest[4:size], []byte("Exif\x00\x00")); ok && rest[1] == 0xe1 {
			return exifOrientation(exif)
		}
		rest = rest[size:]
	}
	return 1
}

// exifOrientation returns the orientation in the first directory of TIFF data.
func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(tiff) < 8 {
		return 1
	}
	directory := int(order.Uint32(tiff[4:]))
	if directory < 8 || directory+2 > len(tiff) {
		return 1
	}
	const entrySize, orientationTag = 12, 0x0112
	entries := tiff[directory+2:]
	for range order.Uint16(tiff[directory:]) {
		if len(entries) < entrySize {
			break
		}
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
		entries = entries[entrySize:]
	}
	return 1
}

// isTurned reports whether making the picture upright swaps width and height.
func isTurned(orientation int) bool { return orientation >= 5 }

// upright returns the picture turned and mirrored by its orientation.
func upright(source *image.RGBA, orientation int) *image.RGBA {
	if orientation == 1 {
		return source
	}
	w, h := source.Bounds().Dx(), source.Bounds().Dy()
	size := image.Rect(0, 0, w, h)
	if isTurned(orientation) {
		size = image.Rect(0, 0, h, w)
	}
	target := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			var fromX, fromY int
			switch orientation {
			case 2:
				fromX, fromY = w-1-x, y
			case 3:
				fromX, fromY = w-1-x, h-1-y
			case 4:
				fromX, fromY = x, h-1-y
			case 5:
				fromX, fromY = y, x
			case 6:
				fromX, fromY = y, h-1-x
			case 7:
				fromX, fromY = w-1-y, h-1-x
			case 8:
				fromX, fromY = w-1-y, x
			}
			target.SetRGBA(x, y, source.RGBAAt(fromX, fromY))
		}
	}
	return target
}
