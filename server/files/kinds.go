package files

import (
	"mime"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// headBytes is how much of a file's beginning tells what it is.
const headBytes = 4096

// kind is what files of a media type are to the hub.
type kind int

const (
	other kind = iota
	pictureKind
	pdfKind
	officeKind
)

// accepted are the media types that are taken in. SVG is none of them: it can hold programs. Nor is HTML.
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

// textual are the types of texts that are told apart by what they say, and not by what a browser would make of them: a table with tabs, JSON.
var textual = []string{
	"text/plain", "text/csv", "text/vtt", "text/tab-separated-values", "application/json", "application/geo+json", "application/x-ndjson", "application/x-subrip", "text/calendar", "text/vcard",
}

// plainType is a media type without its parameters, in lower case; "" when it is none.
func plainType(mediaType string) string {
	plain, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return plain
}

// whatIs is the media type that the beginning of a file shows.
func whatIs(head []byte) string { return plainType(mimetype.Detect(head).String()) }

// isAs tells whether the beginning of a file is as its media type says.
func isAs(head []byte, mediaType string) bool {
	found := whatIs(head)
	if mediaType == "text/plain" || mediaType == "text/csv" || mediaType == "text/vtt" {
		return slices.Contains(textual, found)
	}
	return found == mediaType
}

// extensions are what the names of pictures end in once they are made anew.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}

// named gives a file name the end that its media type has.
func named(name, mediaType string) string {
	end := extensions[mediaType]
	i := strings.LastIndexByte(name, '.')
	switch {
	case end == "", end == ".jpg" && strings.EqualFold(name[max(i, 0):], ".jpeg"), i >= 0 && strings.EqualFold(name[i:], end):
		return name
	case i > 0:
		return name[:i] + end
	}
	return name + end
}
