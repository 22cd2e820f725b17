package archive

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"exemplar/internal/papertest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// archive writes a ZIP file by hand.
func archive(t *testing.T, fill func(out *zip.Writer) error) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "hostile.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	out := zip.NewWriter(f)
	if err := errors.Join(fill(out), out.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// put adds a member, compressed or not.
func putMember(out *zip.Writer, name string, method uint16, content io.Reader) error {
	w, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		return err
	}
	_, err = io.Copy(w, content)
	return err
}

// repeated is a text n times over, after a beginning and before an end.
func repeated(begin, text string, n int, end string) io.Reader {
	return io.MultiReader(strings.NewReader(begin), &repeater{text: text, left: n}, strings.NewReader(end))
}

type repeater struct {
	text string
	left int // repetitions
	rest string
}

func (r *repeater) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if r.rest == "" {
			if r.left == 0 {
				break
			}
			r.left--
			r.rest = r.text
		}
		copied := copy(p[n:], r.rest)
		r.rest = r.rest[copied:]
		n += copied
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

const head = `{"format":"exemplar-gallery","version":1,"gallery":"","model":"model-1","dim":32,"embeddings_sha256":"","references":[`

// Files that are made to fill memory or the disk are refused within 200 MB.
func TestHostileExports(t *testing.T) {
	papertest.SkipUnderRace(t)
	zeros := make([]byte, store.MaxPictureBytes)
	var squeezed bytes.Buffer
	w, _ := flate.NewWriter(&squeezed, flate.BestCompression)
	w.Write(zeros)
	w.Close()
	cases := []struct {
		name string
		fill func(out *zip.Writer) error
		long bool
	}{
		{"3.8 MB that become 9.2 GB", func(out *zip.Writer) error {
			for i := range 2300 {
				member, err := out.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("pictures/a/%d.jpg", i), Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(zeros),
					CompressedSize64: uint64(squeezed.Len()), UncompressedSize64: uint64(len(zeros))})
				if err != nil {
					return err
				}
				if _, err := member.Write(squeezed.Bytes()); err != nil {
					return err
				}
			}
			return putMember(out, manifestName, zip.Deflate, repeated(head, `{"id":"x"},`, 100, `{}]}`))
		}, false},
		{"members that say they are small", func(out *zip.Writer) error {
			member, err := out.CreateRaw(&zip.FileHeader{Name: manifestName, Method: zip.Deflate, CompressedSize64: uint64(squeezed.Len()), UncompressedSize64: 100})
			if err != nil {
				return err
			}
			_, err = member.Write(squeezed.Bytes())
			return err
		}, false},
		{"a manifest of 3 M records, stored", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Store, repeated(head, `{},`, 3_000_000, `{}]}`))
		}, false},
		{"a manifest of 3 M records, deflated", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Deflate, repeated(head, `{},`, 3_000_000, `{}]}`))
		}, false},
		{"a manifest of one long note", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Store, repeated(head+`{"note":"`, "abcdefghij", 30_000_000, `"}]}`))
		}, true},
		{"a manifest of one long key", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Store, repeated(`{"`, "abcdefghij", 30_000_000, `":1}`))
		}, true},
		{"a manifest of long unknown values", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Store, repeated(`{"x":[`, "1,", 100_000_000, `1]}`))
		}, true},
		{"a manifest that is deep", func(out *zip.Writer) error {
			return putMember(out, manifestName, zip.Store, repeated(head, `[`, 10_000_000, ``))
		}, false},
		{"a directory of 300,000 empty files", func(out *zip.Writer) error {
			for i := range 300_000 {
				if _, err := out.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%070d", i)}); err != nil {
					return err
				}
			}
			return nil
		}, false},
		{"embeddings that are huge", func(out *zip.Writer) error {
			if err := putMember(out, embeddingsName, zip.Deflate, repeated("", string(zeros), 100, "")); err != nil {
				return err
			}
			return putMember(out, manifestName, zip.Deflate, strings.NewReader(head+`]}`))
		}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.long && testing.Short() {
				t.Skip("writes 300 MB")
			}
			path := archive(t, c.fill)
			g := newGallery(t)
			taken := peakMemory(t, func() {
				if _, err := Import(context.Background(), g, path, nil); !errors.Is(err, ErrExport) {
					t.Errorf("got %v", err)
				}
			})
			if taken > 200<<20 {
				t.Errorf("took %d MB", taken>>20)
			}
			if n := len(storetest.List(t, g, store.Filter{})); n != 0 {
				t.Errorf("%d references came in", n)
			}
		})
	}
}

// Members that share bytes of the file, so that it is small.
func TestExportOfOverlappingMembers(t *testing.T) {
	path := archive(t, func(out *zip.Writer) error {
		if err := putMember(out, "pictures/a/0.jpg", zip.Store, bytes.NewReader(make([]byte, 1<<20))); err != nil {
			return err
		}
		return putMember(out, "pictures/a/1.jpg", zip.Store, strings.NewReader("x"))
	})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) // the second member's entry in the directory
	copy(data[at+20:], data[bytes.Index(data, []byte("PK\x01\x02"))+20:][:8])
	if _, err := readExport(bytes.NewReader(data), int64(len(data))); !errors.Is(err, ErrExport) || !strings.Contains(err.Error(), "larger than the file") {
		t.Errorf("got %v", err)
	}
}

// A pipe is no export, and the import does not wait for its writer.
func TestImportOfNoFile(t *testing.T) {
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if _, err := Import(context.Background(), newGallery(t), path, nil); !errors.Is(err, ErrExport) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// An export of a gallery with damaged references has all others. Of a damaged one it has
// the parts from which the rest can be made anew. The error says so.
func TestExportLeavesOutWhatIsDamaged(t *testing.T) {
	ctx := context.Background()
	cases := []struct {
		name, damage string
		added, made  int
	}{
		{"a picture", `UPDATE picture SET jpeg = x'ffd8ff' WHERE reference = ?1`, 2, 0},
		{"a row", `UPDATE reference SET note = 'x' WHERE id = ?1`, 2, 0},
		{"words", `UPDATE words SET data = x'00' WHERE reference = ?1`, 3, 0},
		{"all words", `DELETE FROM words WHERE ?1 > ''`, 3, 0},
		{"features", `UPDATE embedding SET features = x'00' WHERE reference = ?1`, 3, 0},
		{"embedding", `UPDATE embedding SET vectors = x'00' WHERE reference = ?1`, 3, 1},
		{"row of the embedding", `DELETE FROM embedding WHERE reference = ?1`, 3, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, file := newGalleryAt(t)
			hit := storetest.Put(t, g, storetest.Entry("a", 1), storetest.Entry("b", 2), storetest.Entry("c", 3))[1]
			db, err := sql.Open("sqlite", file)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := db.Exec(c.damage, hit.ID); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "export.zip")
			err = Export(ctx, g, path)
			if !errors.Is(err, ErrPartly) || !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), hit.ID) {
				t.Errorf("got %v", err)
			}
			done, err := Import(ctx, newGallery(t), path, mend)
			if done.Added != c.added || len(done.Mended) != c.made || (err != nil) != (c.made > 0) {
				t.Errorf("imported %+v, %v", done, err)
			}
		})
	}
}

// peakMemory is the additional memory that the process takes while f runs.
func peakMemory(t *testing.T, f func()) int64 {
	t.Helper()
	debug.FreeOSMemory()
	before, peak := storetest.ResidentBytes(t), int64(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		select {
		case <-done:
			return peak - before
		case <-time.After(2 * time.Millisecond):
			peak = max(peak, storetest.ResidentBytes(t))
		}
	}
}
