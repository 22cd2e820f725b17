//go:build unix

package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// pictureBudget is the memory in bytes that a process may take for small files, damaged
// or not: a quarter more than for sound ones.
const pictureBudget = 600 << 20

// mutatedPictures answers pictures with changed, missing and doubled bytes. Each must get
// one answer, and none may stop the others.
func mutatedPictures(l *lab, s *score) {
	seeds := encoded(l)
	folder := filepath.Join(l.folder, "mutated")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		s.fault("%v", err)
		return
	}
	const batch = 50
	for start := 0; start < s.times; start += batch {
		os.RemoveAll(folder)
		os.MkdirAll(folder, 0o755)
		n := min(batch, s.times-start)
		for i := range n {
			seed := seeds[s.rng.IntN(len(seeds))]
			path := filepath.Join(folder, fmt.Sprintf("%04d%s", start+i, seed.suffix))
			if err := os.WriteFile(path, mutate(seed.data, s), 0o644); err != nil {
				s.fault("%v", err)
				return
			}
		}
		r := s.note(l.run("classify", "--json", "--gallery", l.gallery, folder))
		s.tried += n - 1
		if answers := len(parseAnswers(r.out)); answers != n {
			s.lost += n - answers
			s.fault("%d answers to %d pictures: %s", answers, n, r)
		}
		if r.peak > pictureBudget {
			s.over++
			s.fault("%d MB: %s", r.peak>>20, r)
		}
	}
}

type seedFile struct {
	suffix string
	data   []byte
}

// encoded is one drawn document in every format that this program can write.
func encoded(l *lab) []seedFile {
	files, _ := filepath.Glob(filepath.Join(l.documents, "*", "*", "*_ref.png"))
	data, err := os.ReadFile(files[0])
	if err != nil {
		panic(err)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	seeds := []seedFile{{".png", data}}
	add := func(suffix string, encode func(*bytes.Buffer) error) {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			panic(err)
		}
		seeds = append(seeds, seedFile{suffix, b.Bytes()})
	}
	add(".jpg", func(b *bytes.Buffer) error { return jpeg.Encode(b, picture, &jpeg.Options{Quality: 80}) })
	add(".gif", func(b *bytes.Buffer) error { return gif.Encode(b, picture, nil) })
	add(".bmp", func(b *bytes.Buffer) error { return bmp.Encode(b, picture) })
	add(".tif", func(b *bytes.Buffer) error {
		return tiff.Encode(b, picture, &tiff.Options{Compression: tiff.Deflate, Predictor: true})
	})
	return seeds
}

// mutate changes a few bytes, cuts the file off, or doubles a part of it. Most changed
// bytes are near the start, where the structure is.
func mutate(data []byte, s *score) []byte {
	out := bytes.Clone(data)
	switch s.rng.IntN(4) {
	case 0:
		return out[:s.rng.IntN(len(out))]
	case 1:
		at, n := s.rng.IntN(len(out)), s.rng.IntN(4096)
		part := out[at:min(at+n, len(out))]
		return append(append(bytes.Clone(out[:at]), part...), out[at:]...)
	default:
		for range 1 + s.rng.IntN(16) {
			near := len(out)
			if s.rng.IntN(2) == 0 {
				near = min(near, 512)
			}
			out[s.rng.IntN(near)] = byte(s.rng.IntN(256))
		}
		return out
	}
}

// memoryFlag is the program's budget for decoded pictures in MiB, and allowance the
// memory that it takes beside them.
const (
	memoryFlag = 256
	allowance  = 400 << 20
)

// bombs answers small files that need much memory, four at a time.
func bombs(l *lab, s *score) {
	for _, b := range []seedFile{
		{"grey16.png", zeroPNG(13000, 13000, 16, 0, 2)},
		{"rgba64.png", zeroPNG(9000, 9000, 16, 6, 8)},
		{"canvas.gif", []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")},
		{"long.png", zeroPNG(200, 400000, 8, 0, 1)},
	} {
		folder := filepath.Join(l.folder, "bombs-"+b.suffix)
		if err := os.MkdirAll(folder, 0o755); err != nil {
			s.fault("%v", err)
			return
		}
		for i := range 4 {
			if err := os.WriteFile(filepath.Join(folder, strconv.Itoa(i)+b.suffix), b.data, 0o644); err != nil {
				s.fault("%v", err)
				return
			}
		}
		r := s.note(l.run("classify", "--json", "--memory", strconv.Itoa(memoryFlag)+"MiB", "--gallery", l.gallery, folder))
		if answers := len(parseAnswers(r.out)); answers != 4 {
			s.lost += 4 - answers
			s.fault("%d answers to 4 bombs: %s", answers, r)
		}
		if r.peak > memoryFlag<<20+allowance {
			s.over++
			s.fault("%d MB for %s", r.peak>>20, b.suffix)
		}
		os.RemoveAll(folder)
	}
}

// zeroPNG is a picture of zeros. It is made without holding the pixels, because the peak
// memory of this process would count for its children.
func zeroPNG(w, h int, depth, colour byte, bytesPerPixel int) []byte {
	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, zlib.BestSpeed)
	row := make([]byte, 1+w*bytesPerPixel)
	for range h {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	header := binary.BigEndian.AppendUint32(nil, uint32(w))
	header = append(binary.BigEndian.AppendUint32(header, uint32(h)), depth, colour, 0, 0, 0)
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, chunk := range []struct {
		name string
		data []byte
	}{{"IHDR", header}, {"IDAT", packed.Bytes()}, {"IEND", nil}} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(chunk.data)))
		body := append([]byte(chunk.name), chunk.data...)
		out = binary.BigEndian.AppendUint32(append(out, body...), crc32.ChecksumIEEE(body))
	}
	return out
}
