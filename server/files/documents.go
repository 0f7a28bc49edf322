package files

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// pdfBytes is the size of the largest PDF that is read. Of an archive only the directory is, however large it is.
const pdfBytes = 200 << 20

// document is what a child finds out about a document.
type document struct {
	mediaType string // of what is in an archive
	pages     int    // 0 when they cannot be counted
	locked    bool   // with a password, so that nobody can open it without
}

// lookAt returns what a child finds out about a document. The error is errChild if it cannot be read, or that of ctx.
func lookAt(ctx context.Context, kind string, file io.Reader) (found document, err error) {
	seekable, ok := file.(*os.File)
	if !ok { // in parts, or in a bucket; the process needs a file
		copied, err := os.CreateTemp("", "dugnad-*")
		if err != nil {
			return found, err
		}
		defer func() { _, _ = copied.Close(), os.Remove(copied.Name()) }()
		if _, err := io.Copy(copied, file); err != nil {
			return found, err
		}
		seekable = copied
	}
	if _, err := seekable.Seek(0, io.SeekStart); err != nil {
		return found, err
	}
	said, _, err := job{Kind: kind}.work(ctx, seekable)
	return document{said.MediaType, said.Pages, said.Locked}, err
}

// pdfOf returns the number of pages of a PDF.
func pdfOf(pdf *os.File) (found document, err error) {
	api.DisableConfigDir()
	config := model.NewDefaultConfiguration()
	config.ValidationMode = model.ValidationRelaxed
	found.pages, err = api.PageCount(pdf, config)
	if errors.Is(err, pdfcpu.ErrWrongPassword) {
		return document{locked: true}, nil
	}
	return found, err
}

// The limits of what is read in an archive.
const (
	archiveEntries = 100_000
	archiveXML     = 1 << 20
)

// officeTypes maps what [Content_Types].xml says of the main part of a document to media types. Templates, slide shows
// and what has macros are not accepted.
var officeTypes = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml":   wordType,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":         excelType,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": pointType,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml":   "a template of Word",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml":      "a template of Excel",
	"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml":     "a template of PowerPoint",
	"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml":    "a slide show of PowerPoint (.ppsx)",
	"application/vnd.ms-word.document.macroenabled.main+xml":                             macros,
	"application/vnd.ms-word.template.macroenabledtemplate.main+xml":                     macros,
	"application/vnd.ms-excel.sheet.macroenabled.main+xml":                               macros,
	"application/vnd.ms-excel.sheet.binary.macroenabled.main":                            macros,
	"application/vnd.ms-excel.template.macroenabled.main+xml":                            macros,
	"application/vnd.ms-powerpoint.presentation.macroenabled.main+xml":                   macros,
	"application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml":                      macros,
	"application/vnd.ms-powerpoint.template.macroenabled.main+xml":                       macros,
}

// archive finds entries by name as programs do that read Office documents: in any case, and with either slash.
type archive map[string]*zip.File

func openArchive(file *os.File) (archive, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	from, err := zip.NewReader(file, info.Size())
	if err != nil {
		return nil, err
	}
	if len(from.File) > archiveEntries {
		return nil, errors.New("too many files in an archive")
	}
	entries := make(archive, len(from.File))
	for _, f := range from.File {
		name := strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/")), "/")
		if _, twice := entries[name]; !twice {
			entries[name] = f
		}
	}
	return entries, nil
}

// read returns the start of an entry, nil if there is none or it cannot be read.
func (a archive) read(name string) []byte {
	entry := a[name]
	if entry == nil {
		return nil
	}
	from, err := entry.Open()
	if err != nil {
		return nil
	}
	defer from.Close()
	text, err := io.ReadAll(io.LimitReader(from, archiveXML))
	if err != nil && len(text) == 0 {
		return nil
	}
	return text
}

// officeOf returns what is in an archive: an Office document, OpenDocument or EPUB, whatever order its writer put the
// entries in; zipType for anything else.
func officeOf(file *os.File) (found document, err error) {
	entries, err := openArchive(file)
	if err != nil {
		return found, err
	}
	found.mediaType = entries.mediaType()
	found.locked = bytes.Contains(entries.read("meta-inf/manifest.xml"), []byte("encryption-data")) &&
		found.mediaType != epubType || entries["encryptedpackage"] != nil
	found.pages = entries.pages()
	return found, nil
}

func (a archive) mediaType() string {
	if said := strings.TrimSpace(string(a.read("mimetype"))); said != "" { // OpenDocument and EPUB
		return plainType(said)
	}
	if types := a.read("[content_types].xml"); types != nil {
		return a.officeType(types)
	}
	var manifest struct { // of OpenDocument, without a mimetype
		Entries []struct {
			Path string `xml:"full-path,attr"`
			Type string `xml:"media-type,attr"`
		} `xml:"file-entry"`
	}
	if xml.Unmarshal(a.read("meta-inf/manifest.xml"), &manifest) == nil {
		for _, e := range manifest.Entries {
			if e.Path == "/" {
				return plainType(e.Type)
			}
		}
	}
	return zipType
}

// officeType returns the media type of a document of Microsoft's format, from its list of types.
func (a archive) officeType(types []byte) string {
	decoder := xml.NewDecoder(bytes.NewReader(types))
	found := ""
	for {
		token, err := decoder.RawToken()
		if err != nil {
			break
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, at := range element.Attr {
			if is := officeTypes[strings.ToLower(at.Value)]; at.Name.Local == "ContentType" && is != "" && found != macros {
				found = is
			}
		}
	}
	if found != "" {
		return found
	}
	for folder, is := range map[string]string{"word/": wordType, "xl/": excelType, "ppt/": pointType} {
		for _, main := range []string{"document.xml", "workbook.xml", "presentation.xml"} {
			if a[folder+main] != nil {
				return is
			}
		}
	}
	return zipType
}

// pages returns the number of pages or slides that a document claims, 0 without a claim.
func (a archive) pages() int {
	for _, name := range []string{"docprops/app.xml", "meta.xml"} { // Microsoft's and OpenDocument's
		var said struct {
			Pages  int `xml:"Pages"`
			Slides int `xml:"Slides"`
			Meta   struct {
				Statistic struct {
					Pages int `xml:"page-count,attr"`
				} `xml:"document-statistic"`
			} `xml:"meta"`
		}
		text := a.read(name)
		if len(text) > 0 && xml.NewDecoder(bytes.NewReader(text)).Decode(&said) == nil {
			return min(max(said.Slides, said.Pages, said.Meta.Statistic.Pages, 0), 100_000)
		}
	}
	return 0
}
