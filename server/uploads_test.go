package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"

	"dugnad/access"
)

// eachStudio runs the test with files on disk on SQLite, and in an S3-compatible service on PostgreSQL.
func eachStudio(t *testing.T, test func(t *testing.T, n *newsroom)) {
	t.Helper()
	eachDialect(t, func(t *testing.T, dialect string) {
		if dialect == onSQLite {
			test(t, demoHub(t, dialect).newsroom())
			return
		}
		backend := s3mem.New()
		if err := backend.CreateBucket("hub"); err != nil {
			t.Fatal(err)
		}
		service := httptest.NewServer(gofakes3.New(backend).Server())
		t.Cleanup(service.Close)
		test(t, demoHub(t, dialect, func(c *Config) {
			c.S3Bucket, c.S3Endpoint, c.S3Region, c.S3AccessKey, c.S3SecretKey = "hub", service.URL, "eu-north-1", "key", "secret"
		}).newsroom())
	})
}

// sending is an upload in progress.
type sending struct {
	n       *newsroom
	id, url string
}

func (n *newsroom) open(role string, input map[string]any) *answer {
	n.t.Helper()
	base := map[string]any{"organization": n.org["ks"]}
	maps.Copy(base, input)
	return n.as(
		role,
		`mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id received } url problems { code path message } } }`,
		map[string]any{"input": base},
	).ok()
}

func (n *newsroom) upload(role, name, mediaType string, size int) *sending {
	n.t.Helper()
	a := n.open(role, map[string]any{"name": name, "mediaType": mediaType, "bytes": size})
	if a.at("createUpload", "upload") == nil {
		n.t.Fatalf("%s: %v", name, a.at("createUpload"))
	}
	return &sending{n, a.at("createUpload", "upload", "id").(string), a.at("createUpload", "url").(string)}
}

// piece sends bytes from an offset, and returns the response's status, offset and body.
func (s *sending) piece(at int, bytes []byte) (status int, place, text string) {
	s.n.t.Helper()
	return s.request(http.MethodPatch, at, bytes)
}

func (s *sending) request(method string, at int, body []byte) (status int, place, text string) {
	s.n.t.Helper()
	r, err := http.NewRequestWithContext(s.n.t.Context(), method, s.url, bytes.NewReader(body))
	if err != nil {
		s.n.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	r.Header.Set("Upload-Offset", strconv.Itoa(at))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.n.t.Fatal(err)
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(response.Body)
	return response.StatusCode, response.Header.Get("Upload-Offset"), string(said)
}

// asset returns the asset that the upload has become, or why it was refused.
func (s *sending) asset(role string) (asset map[string]any, problem any) {
	s.n.t.Helper()
	a := s.n.as(
		role,
		`query($id: ID!) { upload(id: $id) { received problem asset { id url mediaType bytes width height pages } } }`,
		map[string]any{"id": s.id},
	).ok()
	if a.at("upload") == nil {
		return nil, nil
	}
	asset, _ = a.at("upload", "asset").(map[string]any)
	return asset, a.at("upload", "problem")
}

// taken uploads a file in one request as an editor, and returns its asset.
func (n *newsroom) taken(name, mediaType string, file []byte) map[string]any {
	n.t.Helper()
	s := n.upload("EDITOR", name, mediaType, len(file))
	if status, _, text := s.piece(0, file); status != http.StatusNoContent {
		n.t.Fatalf("%s: %d %s", name, status, text)
	}
	asset, problem := s.asset("EDITOR")
	if asset == nil {
		n.t.Fatalf("%s is not taken: %v", name, problem)
	}
	return asset
}

// file requests a file.
func (n *newsroom) file(role, url string) *answer {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	if token := n.people[role]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return n.send(r)
}

func (n *newsroom) bytes(role, url string) []byte {
	n.t.Helper()
	a := n.file(role, url)
	if a.Status != http.StatusOK {
		n.t.Fatalf("%s: %d %s", url, a.Status, a.Body)
	}
	return a.Body
}

// photo returns a JPEG of a size, with Exif data that includes a place.
func photo(w, h int) []byte {
	scene := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			scene.SetRGBA(x, y, color.RGBA{R: uint8(255 * x / w), G: uint8(255 * y / h), B: 128, A: 255})
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, scene, nil)
	exif := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00 canary-of-a-place 59.9139N 10.7522E")
	segment := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	return append(segment, b.Bytes()[2:]...)
}

// wordDocument returns an Office document whose properties give its number of pages.
func wordDocument(pages int) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{
			"[Content_Types].xml",
			`<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>`,
		},
		{
			"word/document.xml",
			`<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>`,
		},
		{"docProps/app.xml", fmt.Sprintf(
			`<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Pages>%d</Pages></Properties>`,
			pages,
		)},
	} {
		w, _ := z.Create(f[0])
		_, _ = io.WriteString(w, f[1])
	}
	_ = z.Close()
	return b.Bytes()
}

// pdf returns a PDF with empty pages.
func pdf(pages int) []byte {
	var b bytes.Buffer
	var places []int
	object := func(text string) {
		places = append(places, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(places), text)
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", 3+i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 595 842] >>", kids.String(), pages))
	for range pages {
		object("<< /Type /Page /Parent 2 0 R /Resources << >> >>")
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(places)+1)
	for _, at := range places {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(places)+1, start)
	return b.Bytes()
}

func TestUpload(t *testing.T) {
	concurrent(t)
	eachStudio(t, func(t *testing.T, n *newsroom) {
		picture := photo(1200, 800)
		s := n.upload("CONTRIBUTOR", "Frå kafeen æ.jpeg", "image/jpeg", len(picture))
		third := len(picture) / 3
		for what, url := range map[string]string{"another secret": s.url + "x", "no secret": strings.Split(s.url, "?")[0], "another id": strings.Replace(s.url, s.id, "upl_01m88ahx6q1a3jk2p313s8y32c", 1)} {
			if status, _, _ := (&sending{n, s.id, url}).piece(0, picture); status != http.StatusNotFound {
				t.Errorf("%s: %d", what, status)
			}
		}
		if status, place, _ := s.piece(0, picture[:third]); status != http.StatusNoContent || place != strconv.Itoa(third) {
			t.Fatalf("%d, at %s", status, place)
		}
		if status, _, _ := s.piece(0, picture[:third]); status != http.StatusConflict {
			t.Errorf("the same piece again: %d", status)
		}
		if status, place, _ := s.request(http.MethodHead, 0, nil); status != http.StatusOK || place != strconv.Itoa(third) {
			t.Errorf("HEAD: %d, at %s", status, place)
		}
		if status, _, _ := s.piece(third, append(bytes.Clone(picture[third:]), 'x')); status != http.StatusRequestEntityTooLarge {
			t.Errorf("more than was said: %d", status)
		}
		if status, _, _ := s.piece(third, picture[third:2*third]); status != http.StatusNoContent {
			t.Fatalf("the second piece: %d", status)
		}
		if asset, problem := s.asset("CONTRIBUTOR"); asset != nil || problem != nil {
			t.Errorf("two thirds are %v, %v", asset, problem)
		}
		if status, _, text := s.piece(2*third, picture[2*third:]); status != http.StatusNoContent {
			t.Fatalf("the last piece: %d %s", status, text)
		}
		asset, _ := s.asset("CONTRIBUTOR")
		if asset == nil || asset["width"] != float64(1200) || asset["height"] != float64(800) ||
			asset["mediaType"] != "image/jpeg" {
			t.Fatalf("the asset is %v", asset)
		}
		for _, role := range []string{"", "stranger", "EDITOR"} {
			if other, _ := s.asset(role); other != nil {
				t.Errorf("%s sees the upload", role)
			}
		}
		url, id := asset["url"].(string), asset["id"].(string)

		// Only viewers who may read the organisation's drafts see it, until published content shows it.
		for role, want := range map[string]int{"": 404, "stranger": 404, "CONTRIBUTOR": 200, "EDITOR": 200, "HUB_EDITOR": 200} {
			for _, address := range []string{url, url + "/640", url + "/640-wide"} {
				if got := n.file(role, address).Status; got != want {
					t.Errorf("%s asks for %s: %d, not %d", role, address, got, want)
				}
			}
		}
		if kept := n.bytes("EDITOR", url); bytes.Contains(kept, []byte("canary")) || bytes.Contains(kept, []byte("Exif")) {
			t.Error("what the camera wrote is kept")
		}
		entry := n.draft("EDITOR", "Med bilete")
		n.as(
			"EDITOR",
			`mutation($id: ID!, $image: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {image: $image}) { problems { code path } } }`,
			map[string]any{"id": entry, "image": id},
		).ok()
		if codes := n.act("EDITOR", "publish", "", item(entry, 2)).codes("publish"); fmt.Sprint(codes) != "[NO_ALT]" {
			t.Errorf("publishing a picture without a text: %v", codes)
		}
		update := `mutation($id: ID!, $input: UpdateAssetInput!) { updateAsset(id: $id, input: $input) { asset { alt credit focalPoint { x y } } problems { code path } } }`
		input := map[string]any{
			"alt": []any{map[string]any{"language": "NB", "text": "To ved et bord"}}, "credit": "Kari",
			"focalPoint": map[string]any{"x": 0.9, "y": 0.1},
		}
		for role, code := range map[string]string{"stranger": "NOT_FOUND", "CONTRIBUTOR": "", "HUB_EDITOR": ""} {
			a := n.as(role, update, map[string]any{"id": id, "input": input}).ok()
			if got := strings.Join(a.codes("updateAsset"), " "); got != code {
				t.Errorf("%s changes it: %v", role, a.at("updateAsset"))
			}
		}
		n.act("EDITOR", "publish", "", item(entry, 2)).expectCodes("publish")
		if a := n.as("CONTRIBUTOR", update, map[string]any{"id": id, "input": input}).ok(); fmt.Sprint(a.codes("updateAsset")) != "[FORBIDDEN]" {
			t.Errorf("a contributor changes what readers see: %v", a.at("updateAsset"))
		}
		if a := n.as("EDITOR", update, map[string]any{"id": id, "input": map[string]any{"focalPoint": map[string]any{"x": 1.1, "y": 0}}}).ok(); fmt.Sprint(a.codes("updateAsset")) != "[INVALID]" {
			t.Errorf("beyond the picture: %v", a.at("updateAsset"))
		}
		public := n.ask(
			`query($id: ID!) { practice(id: $id) { image { alt credit focalPoint { x y } image(width: 300) square: image(width: 300, shape: SQUARE) wide: image(width: 1000, shape: WIDE) } } }`,
			map[string]any{"id": entry},
		).ok()
		if public.at("practice", "image", "alt") != "To ved et bord" ||
			public.at("practice", "image", "focalPoint", "x") != 0.9 {
			t.Errorf("readers see %v", public.at("practice"))
		}
		for field, want := range map[string]image.Point{"image": {320, 213}, "square": {320, 320}, "wide": {1200, 675}} {
			got, format, err := image.Decode(bytes.NewReader(n.bytes("", public.at("practice", "image", field).(string))))
			if err != nil || format != "jpeg" || got.Bounds().Size() != want {
				t.Errorf("%s is %v %s, %v", field, got.Bounds().Size(), format, err)
				continue
			}
			if r, _, _, _ := got.At(got.Bounds().Dx()/2, 2).RGBA(); field == "square" && r>>8 < 150 {
				t.Errorf("the square is not cut around the focal point: red is %d", r>>8)
			}
		}
		response := n.file("", url)
		for header, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Type": "image/jpeg",
			"Content-Disposition": "inline; filename*=utf-8''Fr%C3%A5%20kafeen%20%C3%A6.jpeg",
		} {
			if got := response.Header.Get(header); got != want {
				t.Errorf("%s is %q", header, got)
			}
		}
		for _, address := range []string{url + "/641", url + "/20000", url + "/0640", url + "/640-round", url + "/640-", url + "/-1"} {
			if got := n.file("", address).Status; got != http.StatusNotFound {
				t.Errorf("%s: %d", address, got)
			}
		}
		n.act("EDITOR", "withdraw", `reason: "feil"`, item(entry, 2)).expectCodes("withdraw")
		if got := n.file("", url).Status; got != http.StatusNotFound {
			t.Errorf("of a withdrawn entry: %d", got)
		}
	})
}

func TestUploadedDocuments(t *testing.T) {
	eachStudio(t, func(t *testing.T, n *newsroom) {
		report := n.taken("rapport.pdf", "application/pdf", pdf(7))
		if report["pages"] != float64(7) {
			t.Errorf("the PDF is %v", report)
		}
		word := n.taken(
			"mal.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", wordDocument(12),
		)
		if word["pages"] != float64(12) {
			t.Errorf("the Word document is %v", word)
		}
		broken := n.taken("broten.pdf", "application/pdf", append([]byte("%PDF-1.7\n"), make([]byte, 10_000)...))
		if broken["pages"] != nil {
			t.Errorf("the broken PDF is %v", broken)
		}
		n.taken("tabell.csv", "text/csv", []byte("a\tb\tc\n1\t2\t3\n4\t5\t6\n"))
		n.taken("data.txt", "text/plain", []byte(`{"a": 1}`))
		table := n.taken("tal.csv", "Text/CSV; charset=utf-8", []byte("kommune;tal\nStange;3\n"))
		if table["mediaType"] != "text/csv" {
			t.Errorf("the table is %v", table)
		}
		if got := n.file("EDITOR", table["url"].(string)).Header.Get("Content-Disposition"); got != "attachment; filename=tal.csv" {
			t.Errorf("the table is sent as %s", got)
		}
		entry := n.draft("EDITOR", "Med vedlegg")
		n.as(
			"EDITOR",
			`mutation($id: ID!, $asset: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {downloads: [{asset: $asset, format: "PDF", title: [{language: NB, text: "Rapporten"}]}]}) { problems { code path } } }`,
			map[string]any{"id": entry, "asset": report["id"]},
		).ok()
		n.act("EDITOR", "publish", "", item(entry, 2)).expectCodes("publish")
		a := n.ask(
			`query($id: ID!) { practice(id: $id) { downloads { url bytes pages } } }`, map[string]any{"id": entry},
		).ok()
		if got := a.at("practice", "downloads", 0).(map[string]any); got["bytes"] != report["bytes"] ||
			got["pages"] != float64(7) || got["url"] != report["url"] {
			t.Errorf("the download is %v", got)
		}
		if got := n.bytes("", report["url"].(string)); !bytes.Equal(got, pdf(7)) {
			t.Error("the file is not what was sent")
		}
		t.Run("as they come", func(t *testing.T) { filesAsTheyCome(t, n.inside(t)) })
		t.Run("names", func(t *testing.T) { namesOfFiles(t, n.inside(t)) })
		t.Run("a film opened as a page", func(t *testing.T) { filmAsPage(t, n.inside(t)) })
	})
}

// inside is the newsroom for a test within its own.
func (n *newsroom) inside(t *testing.T) *newsroom {
	inner := *n
	inner.testHub = n.in(t)
	return &inner
}

// testFile returns a file of the tests of uploads.
func testFile(t *testing.T, path string) string {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("files", "testdata", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// filesAsTheyCome: files of other programs, and with mistakes that people make, are taken and told, or refused with what
// is taken.
func filesAsTheyCome(t *testing.T, n *newsroom) {
	const (
		word  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
		excel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		odf   = "application/vnd.oasis.opendocument."
	)
	var locked bytes.Buffer
	api.DisableConfigDir()
	if err := api.Encrypt(bytes.NewReader(pdf(1)), &locked, model.NewAESConfiguration("hemmeleg", "owner", 256)); err != nil {
		t.Fatal(err)
	}
	box := func(brand string) string { return "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x02\x00" + brand + "mif1" }
	for what, f := range map[string]struct{ name, mediaType, file, is, warnings string }{
		"openpyxl":          {"a.xlsx", excel, testFile(t, "documents/openpyxl.xlsx"), excel, ""},
		"python-docx":       {"a.docx", word, testFile(t, "documents/python-docx.docx"), word, ""},
		"a presentation":    {"a.pptx", strings.Replace(word, "wordprocessingml.document", "presentationml.presentation", 1), testFile(t, "documents/python-pptx.pptx"), strings.Replace(word, "wordprocessingml.document", "presentationml.presentation", 1), ""},
		"OpenDocument":      {"a.ods", odf + "spreadsheet", testFile(t, "documents/odfpy.ods"), odf + "spreadsheet", ""},
		"a lossy WebP":      {"a.webp", "image/webp", testFile(t, "pictures/lossy.webp"), "image/jpeg", "RENAMED"},
		"an animated WebP":  {"a.webp", "image/webp", testFile(t, "pictures/animated.webp"), "image/jpeg", "FIRST_FRAME RENAMED"},
		"an animated GIF":   {"a.gif", "image/gif", testFile(t, "pictures/animated.gif"), "image/png", "FIRST_FRAME RENAMED"},
		"a PNG called JPEG": {"a.jpg", "image/jpg", testFile(t, "pictures/displayp3.png"), "image/png", "RENAMED"},
		"a locked PDF":      {"a.pdf", "application/pdf", locked.String(), "application/pdf", "PASSWORD"},
		"a text of Latin 1": {"a.csv", "text/csv", "kommune;tal\nN\xe6r\xf8y;3\n", "text/csv", "ENCODING"},
		"subtitles":         {"a.vtt", "text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHei på deg\n", "text/vtt", ""},

		"Excel called Word":     {"a.docx", word, testFile(t, "documents/openpyxl.xlsx"), "", "spreadsheetml"},
		"half a document":       {"a.docx", word, testFile(t, "documents/python-docx.docx")[:20_000], "", "broken"},
		"a locked document":     {"a.docx", word, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "", "password"},
		"HEIC called JPEG":      {"a.jpg", "image/jpeg", box("heic"), "", "accepted are pictures (PNG, JPEG, WebP, GIF)"},
		"AVIF called WebP":      {"a.webp", "image/webp", box("avif"), "", "accepted are pictures (PNG, JPEG, WebP, GIF)"},
		"half a JPEG":           {"a.jpg", "image/jpeg", string(photo(64, 64)[:400]), "", "cannot be read"},
		"subtitles in Latin 1":  {"a.vtt", "text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHei p\xe5 deg\n", "", "UTF-8"},
		"an archive called ODF": {"a.odt", odf + "text", string(wordDocument(1)), "", "wordprocessingml"},
	} {
		s := n.upload("EDITOR", f.name, f.mediaType, len(f.file))
		status, _, text := s.piece(0, []byte(f.file))
		a := n.as("EDITOR", `query($id: ID!) { upload(id: $id) { problem warnings { code severity message } asset { mediaType url } } }`,
			map[string]any{"id": s.id}).ok()
		if f.is == "" {
			problem, _ := a.at("upload", "problem").(string)
			if status != http.StatusUnprocessableEntity || a.at("upload", "asset") != nil || !strings.Contains(problem, f.warnings) {
				t.Errorf("%s: %d %s, %v", what, status, text, a.at("upload"))
			}
			continue
		}
		codes := a.strings("code", "upload", "warnings")
		slices.Sort(codes)
		if kind := map[string]string{"ENCODING": "text/csv; charset=windows-1252", "": "text/vtt; charset=utf-8"}[f.warnings]; strings.HasPrefix(f.is, "text/") {
			url, _ := a.at("upload", "asset", "url").(string)
			if got := n.file("EDITOR", url).Header.Get("Content-Type"); got != kind {
				t.Errorf("%s is served as %s", what, got)
			}
		}
		if a.at("upload", "asset") == nil || a.at("upload", "asset", "mediaType") != f.is || strings.Join(codes, " ") != f.warnings {
			t.Errorf("%s: %d %s, %v", what, status, text, a.at("upload"))
		}
	}
	for mediaType, part := range map[string]string{
		"image/heic": "convert it to JPEG", "image/avif": "convert it to JPEG", "image/tiff": "TIFF", "application/msword": ".docx",
		"application/rtf": "RTF", "application/zip": "archives", "image/svg+xml": "scripts", "x/y": "this type",
		"application/vnd.ms-excel.sheet.macroEnabled.12": "macros",
	} {
		a := n.open("EDITOR", map[string]any{"name": "a", "mediaType": mediaType, "bytes": 10})
		said := fmt.Sprint(a.at("createUpload", "problems"))
		if a.at("createUpload", "upload") != nil || !strings.Contains(said, part) || !strings.Contains(said, "PNG, JPEG, WebP, GIF") {
			t.Errorf("%s: %s", mediaType, said)
		}
	}
}

// namesOfFiles: a name is kept with the ending of its type, without what is invisible, or refused with a code.
func namesOfFiles(t *testing.T, n *newsroom) {
	const query = `mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id name warnings { code } } url problems { code path } } }`
	for given, want := range map[string]string{
		strings.Repeat("å", 110): strings.Repeat("å", 110) + ".txt", strings.Repeat("å", 150): "", "rapport\u202etxt.exe": "rapporttxt.txt",
		"../../a": "a.txt", "..": "", "\u200e": "", "a\u0007": "", "CON.txt": "_CON.txt", "data.json": "data.json",
	} {
		input := map[string]any{"organization": n.org["ks"], "name": given, "mediaType": "text/plain", "bytes": 3}
		a := n.as("EDITOR", query, map[string]any{"input": input}).ok()
		if want == "" {
			if fmt.Sprint(a.codes("createUpload")) != "[INVALID]" || fmt.Sprint(a.at("createUpload", "problems", 0, "path")) != "[name]" {
				t.Errorf("%q: %v", given, a.at("createUpload"))
			}
			continue
		}
		if got := a.at("createUpload", "upload", "name"); got != want ||
			(len(a.list("createUpload", "upload", "warnings")) == 1) != (given != want) {
			t.Errorf("%q: %v", given, a.at("createUpload", "upload"))
			continue
		}
		s := &sending{n, a.at("createUpload", "upload", "id").(string), a.at("createUpload", "url").(string)}
		s.piece(0, []byte("æ\n"))
		asset, problem := s.asset("EDITOR")
		if asset == nil {
			t.Errorf("%q: %v", given, problem)
			continue
		}
		disposition := n.file("EDITOR", asset["url"].(string)).Header.Get("Content-Disposition")
		if kind, with, err := mime.ParseMediaType(disposition); err != nil || kind != "attachment" || with["filename"] != want {
			t.Errorf("%q: %s", given, disposition)
		}
	}
}

// filmAsPage: a browser shows a film in a page that loads it from the same address, and in parts.
func filmAsPage(t *testing.T, n *newsroom) {
	film := testFile(t, "film.mp4")
	asset := n.taken("film.mov", "video/mp4", []byte(film))
	whole := n.file("EDITOR", asset["url"].(string))
	policy := whole.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "media-src 'self'", "sandbox allow-same-origin"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q has no %q", policy, part)
		}
	}
	if strings.Contains(policy, "script") || whole.Header.Get("Content-Disposition") != "inline; filename=film.mp4" ||
		whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%v", whole.Header)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, asset["url"].(string), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+n.people["EDITOR"])
	r.Header.Set("Range", "bytes=100-199")
	if part := n.send(r); part.Status != http.StatusPartialContent || string(part.Body) != film[100:200] {
		t.Errorf("a part: %d, %d bytes", part.Status, len(part.Body))
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	eachStudio(t, func(t *testing.T, n *newsroom) {
		var small bytes.Buffer
		_ = png.Encode(&small, image.NewRGBA(image.Rect(0, 0, 8, 8)))
		huge := bytes.Clone(small.Bytes())
		binary.BigEndian.PutUint32(huge[16:], 30_000)
		binary.BigEndian.PutUint32(huge[20:], 30_000)
		binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
		for what, f := range map[string]struct{ name, mediaType, bytes string }{
			"a page called a picture": {"a.png", "image/png", "<!doctype html><html><script>alert(1)</script></html>"},
			"SVG called a picture":    {"a.png", "image/png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`},
			"a page called text":      {"a.txt", "text/plain", "<html><body onload=alert(1)>" + strings.Repeat(" ", 5000)},
			"a program called a PDF":  {"a.pdf", "application/pdf", "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 100)},
			"a picture of 30 000²":    {"a.png", "image/png", string(huge)},
			"half a picture":          {"a.png", "image/png", small.String()[:40]},
			"an archive called Word": {
				"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
				"PK\x03\x04" + strings.Repeat("\x00", 100),
			},
		} {
			s := n.upload("EDITOR", f.name, f.mediaType, len(f.bytes))
			status, _, text := s.piece(0, []byte(f.bytes))
			if status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", what, status, text)
			}
			if asset, problem := s.asset("EDITOR"); asset != nil || problem == nil {
				t.Errorf("%s has become %v", what, asset)
			}
			if status, _, _ := s.request(http.MethodHead, 0, nil); status != http.StatusUnprocessableEntity {
				t.Errorf("%s, afterwards: %d", what, status)
			}
		}

		// Data after the end of a picture is not stored.
		polyglot := append(bytes.Clone(small.Bytes()), "<script>canary</script>"...)
		asset := n.taken("a.png", "image/png", polyglot)
		if bytes.Contains(n.bytes("EDITOR", asset["url"].(string)), []byte("canary")) {
			t.Error("a picture was kept with what follows it")
		}
		var moving bytes.Buffer
		_ = gif.Encode(&moving, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.Black}), nil)
		if still := n.taken("a.gif", "image/gif", moving.Bytes()); still["mediaType"] != "image/png" {
			t.Errorf("a GIF is %v", still)
		}

		file := map[string]any{"name": "a.png", "mediaType": "image/png", "bytes": 10}
		for what, with := range map[string]map[string]any{
			"SVG": {"mediaType": "image/svg+xml"}, "HTML": {"mediaType": "text/html"}, "no type": {"mediaType": ""}, "nothing": {"bytes": 0}, "less": {"bytes": -1}, "too much": {"bytes": 1 << 30},
			"a large picture": {"bytes": 50 << 20}, "no name": {"name": " "}, "a long name": {"name": strings.Repeat("x", 201)}, "control characters": {"name": "a\r\nb"},
			"no organisation": {"organization": "org_01m88ahx6q1a3jk2p313s8y32c"}, "another organisation": {
				"organization": n.org["imdi"],
			},
		} {
			input := map[string]any{}
			for _, m := range []map[string]any{file, with} {
				maps.Copy(input, m)
			}
			if a := n.open("EDITOR", input); len(a.codes("createUpload")) != 1 || a.at("createUpload", "url") != nil {
				t.Errorf("%s: %v", what, a.at("createUpload"))
			}
		}
		s := n.upload("EDITOR", `C:\bilder\..\a.png`, "image/png", 10)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodPut} {
			if status, _, _ := s.request(method, 0, nil); status != http.StatusMethodNotAllowed {
				t.Errorf("%s: %d", method, status)
			}
		}
	})
}

// An editor who could refer to another organisation's file could publish it.
func TestFilesOfOthers(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		theirs := n.taken("intern.txt", "text/plain", []byte("berre for KS"))["id"]
		create := `mutation($o: ID!, $input: CollectionInput!) { createCollection(organization: $o, input: $input) { entry { id } problems { code path message } } }`
		input := func(asset any) map[string]any {
			return map[string]any{
				"image": asset,
				"downloads": []any{
					map[string]any{"asset": asset, "format": "TXT", "title": []any{map[string]any{"language": "NB", "text": "f"}}},
				},
				"texts": []any{map[string]any{"language": "NB", "title": "x", "summary": "x", "body": "x"}},
			}
		}
		var said []string
		for _, id := range []any{theirs, "ast_01m88ahx6q1a3jk2p313s8y32c"} {
			a := n.as("stranger", create, map[string]any{"o": n.org["imdi"], "input": input(id)}).ok()
			if fmt.Sprint(a.codes("createCollection")) != "[NOT_FOUND NOT_FOUND]" || a.at("createCollection", "entry") != nil {
				t.Errorf("%v: %s", id, a.Body)
			}
			said = append(said, strings.ReplaceAll(string(a.Body), id.(string), "ID"))
		}
		if said[0] != said[1] {
			t.Errorf("a file of others is told from one that is none: %s %s", said[0], said[1])
		}
		a := n.as("EDITOR", create, map[string]any{"o": n.org["ks"], "input": input(theirs)}).ok()
		id, ok := a.at("createCollection", "entry", "id").(string)
		if !ok {
			t.Fatalf("one's own: %s", a.Body)
		}
		n.act("EDITOR", "publish", "", map[string]any{"id": id, "expectedRevision": 1, "acknowledge": []any{
			map[string]any{"code": "NO_ALT", "path": []any{"image"}, "reason": "pynt"},
		}}).expectCodes("publish")
		// they could show it when it is withdrawn
		if a := n.as("stranger", create, map[string]any{"o": n.org["imdi"], "input": input(theirs)}).ok(); len(a.codes("createCollection")) != 2 {
			t.Errorf("another's file that is shown: %s", a.Body)
		}
	})
}

// An interrupted upload can be resumed, and an expired one is deleted with its bytes.
func TestUploadsThatEnd(t *testing.T) {
	concurrent(t)
	eachStudio(t, func(t *testing.T, n *newsroom) {
		s := n.upload("EDITOR", "a.txt", "text/plain", 100)
		s.piece(0, bytes.Repeat([]byte("a"), 60))
		n.uploads.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
		if status, _, _ := s.piece(60, bytes.Repeat([]byte("a"), 40)); status != http.StatusNotFound {
			t.Errorf("after its time: %d", status)
		}
		system := access.WithViewer(t.Context(), access.System("test"))
		row := n.client.Upload.GetX(system, s.id)
		if has, err := n.files.Has(t.Context(), row.Parts[0].Name); !has || err != nil {
			t.Fatalf("the part is not there: %v", err)
		}
		n.uploads.Now = func() time.Time { return time.Now().Add(49 * time.Hour) }
		if went, err := n.uploads.Tidy(t.Context()); went != 1 || err != nil {
			t.Errorf("%d uploads went, %v", went, err)
		}
		if has, err := n.files.Has(t.Context(), row.Parts[0].Name); has || err != nil {
			t.Errorf("the part is there: %v", err)
		}
	})
}
