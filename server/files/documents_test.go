package files

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// entryOf is a file in an archive.
type entryOf struct{ name, text string }

// zipped returns an archive with the entries in this order, each with its sizes after it, as writers do that stream.
func zipped(t *testing.T, entries ...entryOf) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		to, err := w.Create(e.name)
		if err == nil {
			_, err = io.WriteString(to, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// contentTypes returns the list of types of an Office document whose main part is of the given one.
func contentTypes(main string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="xml" ContentType="application/xml"/><Override PartName="/main.xml" ContentType="` + main + `"/></Types>`
}

func fileOf(t *testing.T, content []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

// TestDocuments: what is in an archive is found whatever program wrote it, in any order.
func TestDocuments(t *testing.T) {
	t.Parallel()
	const (
		word  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
		sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
		shows = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
	)
	big := entryOf{"word/media/image1.png", strings.Repeat("not compressible? ", 10_000)}
	manifest := func(mediaType, more string) entryOf {
		return entryOf{"META-INF/manifest.xml", `<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">` +
			`<manifest:file-entry manifest:full-path="/" manifest:media-type="` + mediaType + `">` + more + `</manifest:file-entry></manifest:manifest>`}
	}
	made := map[string]struct {
		file []byte
		want document
	}{
		"types last":  {zipped(t, big, entryOf{"word/document.xml", ""}, entryOf{"[Content_Types].xml", contentTypes(word)}), document{wordType, 0, false}},
		"types first": {zipped(t, entryOf{"[Content_Types].xml", contentTypes(sheet)}, entryOf{"xl/workbook.xml", ""}), document{excelType, 0, false}},
		"another place": {zipped(t, entryOf{"docProps/thumbnail.jpeg", big.text}, entryOf{"slides.xml", ""},
			entryOf{"[Content_Types].xml", contentTypes(shows)}, entryOf{"docProps/app.xml", "<Properties><Slides>4</Slides></Properties>"}), document{pointType, 4, false}},
		"backslashes":          {zipped(t, entryOf{`word\document.xml`, ""}, entryOf{"[content_types].XML", contentTypes("application/xml")}), document{wordType, 0, false}},
		"types by ending":      {zipped(t, entryOf{"[Content_Types].xml", strings.ReplaceAll(contentTypes(word), "Override PartName", "Default Extension")}), document{wordType, 0, false}},
		"with macros":          {zipped(t, entryOf{"[Content_Types].xml", contentTypes("application/vnd.ms-word.document.macroEnabled.main+xml")}, entryOf{"word/document.xml", ""}), document{macros, 0, false}},
		"an archive":           {zipped(t, entryOf{"a.txt", "x"}), document{zipType, 0, false}},
		"a page in an archive": {zipped(t, entryOf{"[Content_Types].xml", contentTypes("text/html")}, entryOf{"index.html", ""}), document{zipType, 0, false}},
		"mimetype last":        {zipped(t, entryOf{"content.xml", big.text}, entryOf{"mimetype", odtType + "\n"}), document{odtType, 0, false}},
		"no mimetype":          {zipped(t, manifest(odsType, "")), document{odsType, 0, false}},
		"pages of LibreOffice": {zipped(t, entryOf{"mimetype", odtType}, entryOf{"meta.xml", `<o:document-meta xmlns:o="o"><o:meta><o:document-statistic o:page-count="3"/></o:meta></o:document-meta>`}), document{odtType, 3, false}},
		"locked":               {zipped(t, entryOf{"mimetype", odpType}, manifest(odpType, "<manifest:encryption-data/>")), document{odpType, 0, true}},
		"a book":               {zipped(t, entryOf{"mimetype", epubType}, entryOf{"META-INF/container.xml", "<container/>"}), document{epubType, 0, false}},
		"a template":           {zipped(t, entryOf{"mimetype", odtType + "-template"}), document{odtType + "-template", 0, false}},
	}
	for name, test := range made {
		found, err := officeOf(fileOf(t, test.file))
		if err != nil || found != test.want {
			t.Errorf("%s: %+v, %v; wanted %+v", name, found, err, test.want)
		}
	}
	endings := map[string]string{".docx": wordType, ".xlsx": excelType, ".pptx": pointType, ".odt": odtType, ".ods": odsType, ".odp": odpType}
	written, err := filepath.Glob("testdata/documents/*")
	if err != nil || len(written) < 7 {
		t.Fatal(written, err)
	}
	for _, path := range written {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		found, err := officeOf(file)
		if err != nil || found.mediaType != endings[filepath.Ext(path)] || found.locked {
			t.Errorf("%s: %+v, %v", path, found, err)
		}
		_ = file.Close()
	}
}

// TestLockedPDF: a PDF that needs a password is told from one that only limits printing.
func TestLockedPDF(t *testing.T) {
	t.Parallel()
	api.DisableConfigDir()
	var plain bytes.Buffer
	plain.WriteString("%PDF-1.4\n")
	var places []int
	for i, object := range []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 9 9] >>", "<< /Type /Page /Parent 2 0 R /Resources << >> >>"} {
		places = append(places, plain.Len())
		_, _ = plain.WriteString(string(rune('1'+i)) + " 0 obj\n" + object + "\nendobj\n")
	}
	start := plain.Len()
	plain.WriteString("xref\n0 4\n0000000000 65535 f \n")
	for _, at := range places {
		plain.WriteString(strings.Repeat("0", 10-len(strconv.Itoa(at))) + strconv.Itoa(at) + " 00000 n \n")
	}
	plain.WriteString("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n" + strconv.Itoa(start) + "\n%%EOF\n")
	for name, test := range map[string]struct {
		user string
		want document
	}{"no password": {"", document{"", 1, false}}, "a password": {"hemmeleg", document{"", 0, true}}} {
		var locked bytes.Buffer
		config := model.NewAESConfiguration(test.user, "owner", 256)
		if err := api.Encrypt(bytes.NewReader(plain.Bytes()), &locked, config); err != nil {
			t.Fatal(err)
		}
		if found, err := pdfOf(fileOf(t, locked.Bytes())); err != nil || found != test.want {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}
