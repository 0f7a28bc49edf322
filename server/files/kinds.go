package files

import (
	"bytes"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode/utf8"

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
	officeKind // documents in a ZIP archive
	textKind
)

const (
	jpegType = "image/jpeg"
	pngType  = "image/png"
	zipType  = "application/zip"
	oleType  = "application/x-ole-storage"
	vttType  = "text/vtt"

	wordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	excelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	pointType = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	odtType   = "application/vnd.oasis.opendocument.text"
	odsType   = "application/vnd.oasis.opendocument.spreadsheet"
	odpType   = "application/vnd.oasis.opendocument.presentation"
	epubType  = "application/epub+zip"
)

// accepted lists the media types that may be uploaded. SVG and HTML are not among them: they can hold scripts.
var accepted = map[string]struct {
	kind    kind
	endings []string // of file names, the usual one first
}{
	pngType:           {pictureKind, []string{".png"}},
	jpegType:          {pictureKind, []string{".jpg", ".jpeg", ".jpe", ".jfif"}},
	"image/gif":       {pictureKind, []string{".gif"}},
	"image/webp":      {pictureKind, []string{".webp"}},
	"application/pdf": {pdfKind, []string{".pdf"}},
	wordType:          {officeKind, []string{".docx"}},
	excelType:         {officeKind, []string{".xlsx"}},
	pointType:         {officeKind, []string{".pptx"}},
	odtType:           {officeKind, []string{".odt"}},
	odsType:           {officeKind, []string{".ods"}},
	odpType:           {officeKind, []string{".odp"}},
	epubType:          {officeKind, []string{".epub"}},
	"text/plain":      {textKind, []string{".txt", ".text", ".log", ".md", ".json", ".geojson", ".srt", ".ics", ".vcf", ".tsv"}},
	"text/csv":        {textKind, []string{".csv", ".tsv", ".txt"}},
	vttType:           {textKind, []string{".vtt"}},
	"video/mp4":       {other, []string{".mp4", ".m4v"}},
	"video/webm":      {other, []string{".webm"}},
	"audio/mpeg":      {other, []string{".mp3"}},
	"audio/mp4":       {other, []string{".m4a", ".mp4"}},
	"audio/ogg":       {other, []string{".ogg", ".oga", ".opus"}},
}

// acceptedList lists what is accepted, in words.
const acceptedList = "accepted are pictures (PNG, JPEG, WebP, GIF), PDF, Word, Excel and PowerPoint (.docx, .xlsx, .pptx), " +
	"OpenDocument (.odt, .ods, .odp), EPUB, text, CSV and WebVTT, films (MP4, WebM) and sound (MP3, M4A, Ogg)"

// advice says what to do with files of types that are not accepted.
var advice = map[string]string{
	"image/svg+xml": "SVG is not accepted, because it can hold scripts: convert it to PNG",
	"image/heic":    "HEIC is not accepted, because few browsers show it: convert it to JPEG",
	"image/heif":    "HEIF is not accepted, because few browsers show it: convert it to JPEG",
	"image/avif":    "AVIF is not accepted: convert it to JPEG or PNG",
	"image/jxl":     "JPEG XL is not accepted, because few browsers show it: convert it to JPEG",
	"image/tiff":    "TIFF is not accepted, because few browsers show it: convert it to JPEG or PNG",
	"image/bmp":     "BMP is not accepted: convert it to PNG",
	"text/html":     "HTML is not accepted, because it can hold scripts",
	"text/rtf":      "RTF is not accepted: save it as .docx, .odt or PDF",
	zipType:         "archives are not accepted: upload the files in it one by one",

	"application/msword":            "the old format of Word is not accepted: save it as .docx",
	"application/vnd.ms-excel":      "the old format of Excel is not accepted: save it as .xlsx",
	"application/vnd.ms-powerpoint": "the old format of PowerPoint is not accepted: save it as .pptx",
	oleType:                         "this is locked with a password, or in an old format of Office: save it as .docx, .xlsx or .pptx without a password",
	macros:                          "documents with macros are not accepted: save it as .docx, .xlsx or .pptx",
	"video/quicktime":               "QuickTime films are not accepted: convert it to MP4",
	"video/x-msvideo":               "AVI is not accepted: convert it to MP4",
	"audio/wav":                     "WAV is not accepted: convert it to MP3 or M4A",
}

// macros is our own name of what an Office document with macros is.
const macros = "application/vnd.ms-office.macros"

// aliases maps other names of media types to the usual ones.
var aliases = map[string]string{
	"image/jpg": jpegType, "image/pjpeg": jpegType, "image/x-png": pngType, "application/x-pdf": "application/pdf",
	"audio/mp3": "audio/mpeg", "audio/x-mpeg": "audio/mpeg", "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4",
	"audio/x-mp4a": "audio/mp4", "video/x-m4v": "video/mp4", "application/ogg": "audio/ogg", "audio/opus": "audio/ogg",
	"application/csv": "text/csv", "application/rtf": "text/rtf", "image/heic-sequence": "image/heic",
	"image/heif-sequence": "image/heif", "application/x-zip-compressed": zipType, "application/xhtml+xml": "text/html",
	"audio/x-wav": "audio/wav", "audio/vnd.wave": "audio/wav", "image/x-ms-bmp": "image/bmp",
	"application/vnd.ms-word.document.macroenabled.12":           macros,
	"application/vnd.ms-excel.sheet.macroenabled.12":             macros,
	"application/vnd.ms-powerpoint.presentation.macroenabled.12": macros,
}

// textual lists what the start of a text file may look like: a table with tabs, JSON. None of it makes a browser run
// anything.
var textual = []string{
	"text/plain", "text/csv", vttType, "text/tab-separated-values", "application/json", "application/geo+json",
	"application/x-ndjson", "application/x-subrip", "text/calendar", "text/vcard",
}

// notAccepted returns why files of a media type are not accepted, with what is.
func notAccepted(mediaType string) string {
	why := advice[mediaType]
	if why == "" {
		why = "this type of file is not accepted"
	}
	return why + "; " + acceptedList
}

// plainType returns the usual name of a media type, without its parameters, or "" if it is invalid.
func plainType(mediaType string) string {
	plain, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	if usual := aliases[plain]; usual != "" {
		return usual
	}
	return plain
}

// whatIs returns the media type that the start of a file shows. Of documents in an archive it is zipType.
func whatIs(head []byte) string {
	found := mimetype.Detect(head)
	if found.Is("image/vnd.mozilla.apng") { // a PNG that moves
		return "image/png"
	}
	for of := found; of != nil; of = of.Parent() {
		if of.Is(zipType) {
			return zipType
		}
	}
	return plainType(found.String())
}

// isAs returns the media type of a file that begins with head and was sent as mediaType: another one for a picture in
// another accepted format. ok is false if the two do not fit.
func isAs(head []byte, mediaType string) (is string, ok bool) {
	found := whatIs(head)
	switch accepted[mediaType].kind {
	case pictureKind:
		return found, accepted[found].kind == pictureKind
	case officeKind:
		return mediaType, found == zipType // the directory of the archive shows the rest
	case textKind:
		if bytes.IndexByte(head, 0) >= 0 && !hasMark16(head) {
			return mediaType, false
		}
		return mediaType, slices.Contains(textual, found)
	}
	return mediaType, found == mediaType || mediaType == "audio/mp4" && found == "video/mp4"
}

// hasMark16 reports whether a text begins with the byte order mark of UTF-16.
func hasMark16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}

// Charset returns the encoding of a text that begins with head: UTF-8, UTF-16, or else that of older programs.
func Charset(head []byte) string {
	if hasMark16(head) {
		return "utf-16"
	}
	for cut := 0; cut < utf8.UTFMax && cut <= len(head); cut++ { // the last character may be cut
		if utf8.Valid(head[:len(head)-cut]) {
			return "utf-8"
		}
	}
	return "windows-1252"
}

// mismatch returns why a file that is found to be of one type is not taken as another.
func mismatch(found, mediaType string) string {
	if _, ok := accepted[found]; ok {
		return fmt.Sprintf("the file is %s, not %s", found, mediaType)
	}
	if advice[found] != "" {
		return fmt.Sprintf("the file is not %s: %s", mediaType, notAccepted(found))
	}
	return fmt.Sprintf("the file is %s, not %s; %s", found, mediaType, acceptedList)
}

// foreign lists endings of file names that say what a file is, besides those of accepted types.
var foreign = strings.Fields(`.bmp .tif .tiff .heic .heif .avif .jxl .svg .svgz .ico .psd .ai .eps .doc .docm .dot .dotx .xls
	.xlsm .xlsb .xlt .xltx .ppt .pptm .pps .ppsx .pot .potx .odg .rtf .pages .numbers .key .zip .rar .7z .gz .tar .exe .msi
	.com .bat .cmd .scr .js .mjs .vbs .ps1 .sh .jar .apk .dmg .app .html .htm .xhtml .mhtml .xml .css .php .mov .avi .mkv
	.wmv .wav .aac .flac .wma .bin .dat .tmp .lnk .url`)

// named returns the file name with an ending of its media type. An ending of another type is replaced; what only looks
// like one, as in "Plan 2.0", stays.
func named(name, mediaType string) string {
	of := accepted[mediaType].endings
	if len(of) == 0 {
		return name
	}
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return name + of[0]
	}
	end := strings.ToLower(name[i:])
	switch {
	case slices.Contains(of, end):
		return name
	case i > 0 && (slices.Contains(foreign, end) || isEnding(end)):
		return name[:i] + of[0]
	}
	return name + of[0]
}

// isEnding reports whether it is an ending of an accepted type.
func isEnding(end string) bool {
	for _, a := range accepted {
		if slices.Contains(a.endings, end) {
			return true
		}
	}
	return false
}
