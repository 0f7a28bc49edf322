package files

import (
	"mime"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// headBytes is how many bytes from the start of a file are looked at to find its type.
const headBytes = 4096

// kind is how the hub treats files of a media type.
type kind int

const (
	other kind = iota
	pictureKind
	pdfKind
	officeKind
)

// accepted lists the media types that may be uploaded. SVG and HTML are not among them: they can hold scripts.
var accepted = map[string]kind{
	"image/png": pictureKind, "image/jpeg": pictureKind, "image/gif": pictureKind, "image/webp": pictureKind,
	"application/pdf": pdfKind,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   officeKind,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         officeKind,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": officeKind,
	"application/vnd.oasis.opendocument.text":                                   officeKind,
	"application/vnd.oasis.opendocument.spreadsheet":                            officeKind,
	"application/vnd.oasis.opendocument.presentation":                           officeKind,
	"text/plain": other, "text/csv": other, "text/vtt": other, "video/mp4": other, "audio/mpeg": other,
}

// textual lists what the start of a text file may look like: a table with tabs, JSON. None of it makes a browser run
// anything.
var textual = []string{
	"text/plain", "text/csv", "text/vtt", "text/tab-separated-values", "application/json", "application/geo+json", "application/x-ndjson", "application/x-subrip", "text/calendar", "text/vcard",
}

// plainType returns a media type without its parameters, in lower case, or "" if it is invalid.
func plainType(mediaType string) string {
	plain, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return plain
}

// whatIs returns the media type that the start of a file shows.
func whatIs(head []byte) string { return plainType(mimetype.Detect(head).String()) }

// isAs reports whether the start of a file fits its media type.
func isAs(head []byte, mediaType string) bool {
	found := whatIs(head)
	if mediaType == "text/plain" || mediaType == "text/csv" || mediaType == "text/vtt" {
		return slices.Contains(textual, found)
	}
	return found == mediaType
}

// extensions maps the media types of re-encoded pictures to file extensions.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}

// named returns the file name with the extension of its media type.
func named(name, mediaType string) string {
	end := extensions[mediaType]
	i := strings.LastIndexByte(name, '.')
	switch {
	case end == "", end == ".jpg" &&
		strings.EqualFold(name[max(i, 0):], ".jpeg"), i >= 0 && strings.EqualFold(name[i:], end):
		return name
	case i > 0:
		return name[:i] + end
	}
	return name + end
}
