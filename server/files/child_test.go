package files

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dugnad/fault"
)

// progressive returns a grey progressive JPEG of w by h pixels that goes over its picture scans times.
func progressive(w, h, scans int) []byte {
	var b bytes.Buffer
	segment := func(marker byte, payload ...byte) {
		b.Write([]byte{0xff, marker, 0, 0})
		binary.BigEndian.PutUint16(b.Bytes()[b.Len()-2:], uint16(len(payload)+2))
		b.Write(payload)
	}
	b.Write([]byte{0xff, 0xd8})
	segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...)
	segment(0xc2, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 1, 1, 0x11, 0)
	segment(0xc4, append([]byte{0x00, 1}, append(make([]byte, 15), 0)...)...) // DC: the difference 0
	// AC: the block ends, for 16384 blocks and more
	segment(0xc4, append([]byte{0x10, 1}, append(make([]byte, 15), 0xe0)...)...)
	blocks := ((w + 7) / 8) * ((h + 7) / 8)
	segment(0xda, 1, 1, 0x00, 0, 0, 0)
	b.Write(make([]byte, (blocks+7)/8))
	for range scans {
		segment(0xda, 1, 1, 0x00, 1, 63, 0)
		for n := blocks; n > 0; n -= 1 << 14 { // 0, and 14 bits that add nothing
			b.Write([]byte{0, 0})
		}
	}
	b.Write([]byte{0xff, 0xd9})
	return b.Bytes()
}

// pngOf returns a PNG that claims w by h pixels, with the data as its compressed pixels.
func pngOf(w, h uint32, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, payload []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(payload)))
		whole := append([]byte(name), payload...)
		b.Write(whole)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(whole))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	chunk("IHDR", append(header, 8, 2, 0, 0, 0))
	chunk("IDAT", data)
	chunk("IEND", nil)
	return b.Bytes()
}

func deflated(size int64) []byte {
	var b bytes.Buffer
	w, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	_, _ = io.CopyN(w, zeros{}, size)
	_ = w.Close()
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestCraftedPictures: no picture takes more time or memory than a child may have, and the next one is not affected.
func TestCraftedPictures(t *testing.T) {
	var frames gif.GIF
	for range 500 {
		frames.Image = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 300, 300), color.Palette{color.Black}))
		frames.Delay = append(frames.Delay, 0)
	}
	var animation bytes.Buffer
	if err := gif.EncodeAll(&animation, &frames); err != nil {
		t.Fatal(err)
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	application := append([]byte("\xff\xe1\xff\xff"), make([]byte, 0xfffd)...)
	metadata := append([]byte("\xff\xd8"), bytes.Repeat(application, 300)...)
	pictures := NewPictures(t.TempDir(), Kept{Folder(t.TempDir())})
	for name, test := range map[string]struct {
		file []byte
		good bool
	}{
		"a JPEG of many scans":            {progressive(7000, 7000, 420), false},
		"a JPEG of more scans":            {progressive(64, 64, 100_000), false},
		"a JPEG of ten scans":             {progressive(640, 480, 10), true},
		"a large JPEG of sixty scans":     {progressive(7000, 7000, 60), false},
		"a small JPEG of ninety scans":    {progressive(640, 480, 90), true},
		"a PNG with too much data":        {pngOf(8, 8, deflated(1<<26)), false},
		"a PNG with too little data":      {pngOf(7000, 7000, deflated(8)), false},
		"a GIF of many frames":            {animation.Bytes(), true},
		"a JPEG with much metadata":       {append(metadata, plain.Bytes()[2:]...), true},
		"a WebP that is larger than said": {largerWebP(), false},
		"a JPEG before a film":            {append(progressive(64, 64, 10), bytes.Repeat([]byte{0xff, 0xda}, 1000)...), true},
		"a JPEG with fill bytes": {
			bytes.ReplaceAll(progressive(64, 64, 420), []byte{0xff, 0xda}, []byte{0xff, 0xff, 0xda}), false,
		},
		"nothing": {nil, false},
	} {
		c, err := pictures.Clean(t.Context(), "org_1", bytes.NewReader(test.file))
		if test.good != (err == nil) || err != nil && !errors.Is(err, ErrNoPicture) {
			t.Errorf("%s, %d bytes: %v", name, len(test.file), err)
		}
		if test.good && (len(c.Picture) == 0 || c.MediaType == "" || c.Size.X == 0) {
			t.Errorf("%s: %d bytes, %s, %v", name, len(c.Picture), c.MediaType, c.Size)
		}
	}
}

// largerWebP is a canvas of one pixel with a lossless picture that claims 16384 by 16384.
func largerWebP() []byte {
	chunk := func(name string, payload []byte) []byte {
		return append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(payload))), payload...)
	}
	body := append([]byte("WEBP"), chunk("VP8X", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 0})...)
	body = append(body, chunk("VP8L", []byte{0x2f, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0, 0})...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// TestRefusedPictureIsRemembered: a stored picture that cannot be resized is tried once.
func TestRefusedPictureIsRemembered(t *testing.T) {
	kept := Kept{Folder(t.TempDir())}
	folder := t.TempDir()
	pictures := NewPictures(folder, kept)
	sum := strings.Repeat("ab", 32)
	file := progressive(2000, 2000, 200)
	if _, err := kept.Store.Put(t.Context(), sum[:2]+"/"+sum, bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	open := func() {
		t.Helper()
		if _, err := pictures.Open(t.Context(), "org_1", sum, Cut{Width: 320}); !errors.Is(err, ErrNoPicture) {
			t.Errorf("got %v", err)
		}
	}
	open()
	if _, err := os.Stat(filepath.Join(folder, sum[:2], sum+"-refused")); err != nil {
		t.Fatal(err)
	}
	done, err := pictures.turns.take(t.Context(), "org_1")
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	open() // needs no turn
}

// TestChildEnds: a child ends with its request, by its limits, and never stops the program.
func TestChildEnds(t *testing.T) {
	file := progressive(7000, 7000, 90)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := (job{Kind: cleanJob}).work(ctx, bytes.NewReader(file)); !errors.Is(err, context.Canceled) {
		t.Errorf("after its request: %v", err)
	}
	if _, _, err := (job{Kind: "unknown"}).work(t.Context(), bytes.NewReader(file)); !errors.Is(err, errChild) {
		t.Errorf("an unknown job: %v", err)
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	part, err := w.Create("docProps/app.xml")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(part, "<Properties><Pages>7</Pages><x>")
	_, _ = io.CopyN(part, zeros{}, 1<<26)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		kind string
		file string
	}{
		"an Office document that unpacks to much more": {officeJob, archive.String()},
		"an archive that claims millions of files": {
			officeJob, "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7f\x00\x00\x00\x00\x00\x00",
		},
		"no archive": {officeJob, "x"},
		"no PDF":     {pdfJob, "%PDF-1.7\n" + strings.Repeat("[", 50_000)},
	} {
		found, err := lookAt(t.Context(), test.kind, strings.NewReader(test.file))
		if err != nil && !errors.Is(err, errChild) || found.pages != 0 {
			t.Errorf("%s: %d pages, %v", name, found.pages, err)
		}
	}
}

// TestTurns: owners take turns, so that many files of one do not keep those of another waiting.
func TestTurns(t *testing.T) {
	var q turns
	first, err := q.take(t.Context(), "busy")
	if err != nil {
		t.Fatal(err)
	}
	order, errs := make(chan string, 2*maxWaiting), make(chan error, 2*maxWaiting)
	wait := func(owner string, number int) {
		q.mu.Lock()
		before := len(q.waiting[owner])
		q.mu.Unlock()
		go func() {
			done, err := q.take(t.Context(), owner)
			if err != nil {
				errs <- err
				return
			}
			order <- fmt.Sprint(owner, number)
			done()
		}()
		for { // until it waits or is refused
			q.mu.Lock()
			now := len(q.waiting[owner])
			q.mu.Unlock()
			if now > before || before == maxWaiting && len(errs) > 0 {
				return
			}
		}
	}
	for i := range maxWaiting + 1 {
		wait("busy", i)
	}
	var refused *fault.Error
	if err := <-errs; !errors.As(err, &refused) || refused.Code != fault.RateLimited || refused.After == 0 {
		t.Errorf("one more than may wait: %v", err)
	}
	wait("quiet", 0)
	wait("other", 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := q.take(ctx, "gone"); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone: %v", err)
	}
	first()
	var got []string
	for range 5 {
		got = append(got, <-order)
	}
	if want := "busy0 quiet0 other0 busy1 busy2"; strings.Join(got, " ") != want {
		t.Errorf("the order is %v; want %s", got, want)
	}
	for range maxWaiting - 3 {
		<-order
	}
	if done, err := q.take(t.Context(), "last"); err != nil {
		t.Error(err)
	} else {
		done()
	}
}

// BenchmarkChild measures what a process costs beside decoding.
func BenchmarkChild(b *testing.B) {
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := (job{Kind: cleanJob}).work(b.Context(), bytes.NewReader(small.Bytes())); err != nil {
			b.Fatal(err)
		}
	}
}
