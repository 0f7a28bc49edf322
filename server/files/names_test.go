package files

import (
	"strings"
	"testing"
)

// TestCleanName: a name that is kept can be saved on every system, and says what the file is.
func TestCleanName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Rapport.pdf":                     "Rapport.pdf",
		"RAPPORT.PDF":                     "RAPPORT.PDF",
		"Årsrapport æøå 2024.pdf":         "Årsrapport æøå 2024.pdf",
		"A\u030arsrapport.pdf":            "Årsrapport.pdf",
		"rapport":                         "rapport.pdf",
		"rapport.docx":                    "rapport.pdf",
		"rapport.exe":                     "rapport.pdf",
		"rapport.pdf.exe":                 "rapport.pdf.pdf",
		"rapport.html":                    "rapport.pdf",
		"Plan 2.0":                        "Plan 2.0.pdf",
		"Møte 3. mars":                    "Møte 3. mars.pdf",
		"a..b.pdf":                        "a..b.pdf",
		`C:\Users\kari\rapport.pdf`:       "rapport.pdf",
		"../../etc/passwd":                "passwd.pdf",
		`..\..\rapport.pdf`:               "rapport.pdf",
		".env":                            "env.pdf",
		"...rapport.pdf":                  "rapport.pdf",
		"rapport.pdf. . ":                 "rapport.pdf",
		"rapport\u202efdp.exe":            "rapportfdp.pdf",
		"\u200frapport\u2066.pdf":         "rapport.pdf",
		"rap\u200bport\u00ad.pdf":         "rapport.pdf",
		"rapport\u00a0 2024.pdf":          "rapport 2024.pdf",
		"hva: nå?.pdf":                    "hva- nå-.pdf",
		"con.pdf":                         "_con.pdf",
		"NUL":                             "_NUL.pdf",
		"com1.tar.pdf":                    "_com1.tar.pdf",
		"console.pdf":                     "console.pdf",
		"👩‍👧.pdf":                         "👩‍👧.pdf",
		strings.Repeat("a", 196) + ".pdf": strings.Repeat("a", 196) + ".pdf",
		strings.Repeat("å", 110) + ".pdf": strings.Repeat("å", 110) + ".pdf",
		strings.Repeat("å", 125):          strings.Repeat("å", 125) + ".pdf",

		"": "", " ": "", ".": "", "..": "", "...": "", "/": "", `a\`: "", "a/": "", "\u200b": "", "\u202e.": "", "???": "",
		"a\r\nb.pdf": "", "a\x00.pdf": "", "a\u0085b.pdf": "", "a\xff.pdf": "", "\u2028": "",
		strings.Repeat("a", 197) + ".pdf": "", strings.Repeat("a", 197): "", strings.Repeat("å", 126): "", strings.Repeat("€", 90): "",
	} {
		got, err := CleanName(given, "application/pdf")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; wanted %q", given, got, err, want)
		}
		if err == nil {
			if again, err := CleanName(got, "application/pdf"); again != got || err != nil {
				t.Errorf("%q: cleaned again it is %q, %v", given, again, err)
			}
		}
	}
	for name, test := range map[string]struct{ mediaType, want string }{
		"a.jpeg": {jpegType, "a.jpeg"}, "a.png": {jpegType, "a.jpg"}, "a.webp": {pngType, "a.png"}, "a.gif.png": {pngType, "a.gif.png"},
		"data.json": {"text/plain", "data.json"}, "data.html": {"text/plain", "data.txt"}, "data.txt": {"text/csv", "data.txt"},
		"a.doc": {wordType, "a.docx"}, "a.xlsm": {excelType, "a.xlsx"}, "film.mov": {"video/mp4", "film.mp4"},
	} {
		if got, err := CleanName(name, test.mediaType); got != test.want || err != nil {
			t.Errorf("%s as %s: %q, %v; wanted %q", name, test.mediaType, got, err, test.want)
		}
	}
}

// TestAcceptedTypesHaveTheirNames: an alias or an advice for a type that is accepted under that name would hide it.
func TestAcceptedTypesHaveTheirNames(t *testing.T) {
	t.Parallel()
	for mediaType, of := range accepted {
		if plainType(mediaType) != mediaType || advice[mediaType] != "" || len(of.endings) == 0 {
			t.Errorf("%s is %s, %q, %v", mediaType, plainType(mediaType), advice[mediaType], of.endings)
		}
		if !strings.Contains(strings.ToLower(acceptedList), strings.Trim(of.endings[0], ".")[:2]) && mediaType != "text/plain" {
			t.Errorf("the list does not tell that %s is accepted", mediaType)
		}
	}
}

// TestHeads: the start of a file shows its type.
func TestHeads(t *testing.T) {
	t.Parallel()
	box := func(brand string) string { return "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x02\x00" + brand + "mp41" }
	for what, test := range map[string]struct{ head, as, is string }{ // is "" when it is refused
		"a PNG called a JPEG":      {"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", jpegType, pngType},
		"a WebP called a PNG":      {"RIFF\x10\x00\x00\x00WEBPVP8 ", pngType, "image/webp"},
		"HEIC called a JPEG":       {box("heic"), jpegType, ""},
		"AVIF called a PNG":        {box("avif"), pngType, ""},
		"a film":                   {box("isom"), "video/mp4", "video/mp4"},
		"a film of Apple's":        {box("M4V "), "video/mp4", "video/mp4"},
		"sound in MP4":             {box("M4A "), "audio/mp4", "audio/mp4"},
		"sound in an MP4 of films": {box("isom"), "audio/mp4", "audio/mp4"},
		"QuickTime called MP4":     {box("qt  "), "video/mp4", ""},
		"MP3 with a title":         {"ID3\x03\x00\x00\x00\x00\x00\x00", "audio/mpeg", "audio/mpeg"},
		"MP3":                      {"\xff\xfb\x90\x64\x00", "audio/mpeg", "audio/mpeg"},
		"Ogg":                      {"OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x1e\x01vorbis", "audio/ogg", "audio/ogg"},
		"Opus":                     {"OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x13OpusHead", "audio/ogg", "audio/ogg"},
		"WebM":                     {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm", "video/webm", "video/webm"},
		"an archive called Word":   {"PK\x03\x04\x14\x00\x08\x00\x08\x00", wordType, wordType}, // the directory shows more
		"old Word called new":      {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), wordType, ""},
		"RTF called Word":          {`{\rtf1\ansi`, wordType, ""},
		"RTF called text":          {`{\rtf1\ansi`, "text/plain", ""},
		"a page called text":       {"<!doctype html><script>alert(1)</script>", "text/plain", ""},
		"SVG called a PNG":         {`<svg xmlns="http://www.w3.org/2000/svg"/>`, pngType, ""},
		"SVG called text":          {`<svg xmlns="http://www.w3.org/2000/svg"/>`, "text/plain", ""},
		"a table of Latin 1":       {"kommune;tal\nN\xe6r\xf8y;3\n", "text/csv", "text/csv"},
		"a table of UTF-16":        {"\xff\xfek\x00;\x00t\x00\n\x00", "text/csv", "text/csv"},
		"a program called text":    {"\x7fELF\x02\x01\x01\x00\x00", "text/plain", ""},
		"a text with U+0000":       {"abc\x00def", "text/plain", ""},
		"subtitles":                {"WEBVTT\n\n00:01.000 --> 00:02.000\nHei", vttType, vttType},
		"a PDF called Word":        {"%PDF-1.7\n", wordType, ""},
	} {
		is, ok := isAs([]byte(test.head), test.as)
		if ok != (test.is != "") || ok && is != test.is {
			t.Errorf("%s: %s, %t; wanted %q", what, is, ok, test.is)
		}
		if why := mismatch(whatIs([]byte(test.head)), test.as); !ok && (why == "" || strings.Contains(what, "HEIC") && !strings.Contains(why, "JPEG, WebP")) {
			t.Errorf("%s: %s", what, why)
		}
	}
}
