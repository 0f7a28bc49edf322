package files

import (
	"bytes"
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// riffChunk is a part of a RIFF file.
type riffChunk struct {
	name string
	data []byte
}

// chunksOf returns the chunks of a RIFF file after its header, or within a chunk, as far as they are whole.
func chunksOf(data []byte) (all []riffChunk) {
	for len(data) >= 8 {
		size := int64(binary.LittleEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			break
		}
		all = append(all, riffChunk{string(data[:4]), data[8 : 8+size]})
		data = data[min(8+int(size)+int(size&1), len(data)):]
	}
	return all
}

// webpChunks returns the chunks of a WebP, nil for other files.
func webpChunks(file []byte) []riffChunk {
	if len(file) < 12 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WEBP" {
		return nil
	}
	return chunksOf(file[12:])
}

const (
	webpAnimated = 1 << 1 // flags in VP8X
	webpAlpha    = 1 << 4
	frameHeader  = 16
)

func uint24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// decodeWebP returns the picture of a WebP, of an animation the first frame. golang.org/x/image leaves the colours of
// lossy files in the range of television, 16 to 235, and does not know animations.
func decodeWebP(file []byte) (image.Image, error) {
	chunks := webpChunks(file)
	if len(chunks) == 0 || chunks[0].name != "VP8X" || len(chunks[0].data) < 10 || chunks[0].data[0]&webpAnimated == 0 {
		picture, err := webp.Decode(bytes.NewReader(file))
		return fullRange(picture), err
	}
	canvas := image.Rect(0, 0, 1+uint24(chunks[0].data[4:]), 1+uint24(chunks[0].data[7:]))
	for _, c := range chunks {
		if c.name != "ANMF" || len(c.data) < frameHeader {
			continue
		}
		at := image.Pt(2*uint24(c.data), 2*uint24(c.data[3:]))
		frame, err := webp.Decode(bytes.NewReader(stillWebP(c.data)))
		if err != nil {
			return nil, err
		}
		frame = fullRange(frame)
		if at == (image.Point{}) && frame.Bounds() == canvas {
			return frame, nil
		}
		if !frame.Bounds().Add(at).In(canvas) || canvas.Dx() > maxPixels/canvas.Dy() {
			return nil, ErrNoPicture
		}
		whole := image.NewNRGBA(canvas)
		draw.Draw(whole, frame.Bounds().Add(at), frame, frame.Bounds().Min, draw.Src)
		return whole, nil
	}
	return nil, ErrNoPicture
}

// isLossless reports whether the picture, or the first frame, of a WebP is compressed without loss.
func isLossless(file []byte) bool {
	for chunks := webpChunks(file); len(chunks) > 0; chunks = chunks[1:] {
		switch c := chunks[0]; c.name {
		case "VP8L":
			return true
		case "VP8 ":
			return false
		case "ANMF":
			if len(c.data) >= frameHeader {
				chunks = append(chunks[:1:1], chunksOf(c.data[frameHeader:])...)
			}
		}
	}
	return false
}

// stillWebP returns a WebP of the frame in an ANMF chunk.
func stillWebP(frame []byte) []byte {
	header := make([]byte, 10)
	copy(header[4:], frame[6:12])
	body := []byte("WEBP")
	add := func(name string, data []byte) {
		body = binary.LittleEndian.AppendUint32(append(body, name...), uint32(len(data))) //nolint:gosec // of a file
		body = append(body, data...)
		if len(data)%2 == 1 {
			body = append(body, 0)
		}
	}
	parts := chunksOf(frame[frameHeader:])
	for _, p := range parts {
		if p.name == "ALPH" {
			header[0] = webpAlpha
		}
	}
	add("VP8X", header)
	for _, p := range parts {
		add(p.name, p.data)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...) //nolint:gosec // of a file
}

// fullRange returns a decoded WebP in RGB. Lossy ones are Y'CbCr of ITU-R BT.601 in the range 16 to 235, with half as
// many samples of colour in both directions; they are converted in the same way as libwebp does (src/dsp/yuv.h,
// src/dsp/upsampling.c), with samples weighed by their distance.
func fullRange(picture image.Image) image.Image {
	var from *image.YCbCr
	alpha := func(int, int) uint8 { return 0xff }
	switch p := picture.(type) {
	case *image.YCbCr:
		from = p
	case *image.NYCbCrA:
		from = &p.YCbCr
		alpha = func(x, y int) uint8 { return p.A[p.AOffset(x, y)] }
	default:
		return picture
	}
	r := from.Bounds()
	to := image.NewNRGBA(r)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		near, far := samples(y, r.Min.Y, r.Max.Y)
		for x := r.Min.X; x < r.Max.X; x++ {
			left, right := samples(x, r.Min.X, r.Max.X)
			a, b := from.COffset(left, near), from.COffset(right, near)
			c, d := from.COffset(left, far), from.COffset(right, far)
			mix := func(of []uint8) int {
				return (9*int(of[a]) + 3*int(of[b]) + 3*int(of[c]) + int(of[d]) + 8) >> 4
			}
			u, v := mix(from.Cb), mix(from.Cr)
			light := int(from.Y[from.YOffset(x, y)]) * 19077 >> 8
			pixel := to.Pix[to.PixOffset(x, y):]
			pixel[0] = clip(light + v*26149>>8 - 14234)
			pixel[1] = clip(light - u*6419>>8 - v*13320>>8 + 8708)
			pixel[2] = clip(light + u*33050>>8 - 17685)
			pixel[3] = alpha(x, y)
		}
	}
	return to
}

// samples returns a place in the pair whose sample of colour is the nearest to at, and one in the pair of the next
// nearest, within the picture.
func samples(at, first, end int) (near, far int) {
	if (at-first)%2 == 0 {
		return at, max(at-1, first)
	}
	return at, min(at+1, end-1)
}

// clip returns a value in 64ths as a byte.
func clip(v int) uint8 { return uint8(min(max(v>>6, 0), 0xff)) } //nolint:gosec // bounded
