package dataset

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/imaging"
)

// picture draws smooth random blobs, so that its hash is its own.
func picture(seed uint64, w, h int) *imaging.Image {
	rng := rand.New(rand.NewPCG(seed, 9))
	coarse := imaging.NewImage(12, 12)
	for i := range coarse.Pix {
		coarse.Pix[i] = byte(rng.IntN(256))
	}
	return imaging.Resize(coarse, w, h)
}

func writePictures(t *testing.T, count int) string {
	t.Helper()
	root := t.TempDir()
	for i := range count {
		folder := filepath.Join(root, fmt.Sprintf("kind%d", i%3))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, fmt.Sprintf("%02d.png", i))
		if err := os.WriteFile(name, imaging.EncodePNG(picture(uint64(i), 40+i, 50)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func openPool(t *testing.T, paths ...string) *Pool {
	t.Helper()
	p, err := OpenPool(paths...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestPackedPoolIsTheFolder(t *testing.T) {
	root, dir := writePictures(t, 10), t.TempDir()
	folder := openPool(t, root)
	report, err := Pack(context.Background(), folder, dir, "set", PackOptions{ShardBytes: 8 << 10})
	if err != nil || report.Images != 10 || report.Shards < 2 {
		t.Fatalf("report %+v, error %v", report, err)
	}
	packed := openPool(t, dir)
	want, err := folder.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	got, err := packed.Fingerprint()
	if err != nil || got != want {
		t.Errorf("fingerprint %s, want %s (%v)", got, want, err)
	}
	// Without its indexes the pool is found by scanning.
	indexes, _ := filepath.Glob(filepath.Join(dir, "*.idx"))
	if len(indexes) != report.Shards {
		t.Fatalf("%d indexes for %d shards", len(indexes), report.Shards)
	}
	for _, f := range indexes {
		os.Remove(f)
	}
	if got, err := openPool(t, dir).Fingerprint(); err != nil || got != want {
		t.Errorf("scanned: fingerprint %s, want %s (%v)", got, want, err)
	}
}

func TestPackScalesAndLeavesOutWhatIsBroken(t *testing.T) {
	root, dir := writePictures(t, 3), t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "kind0", "broken.jpg"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	report, err := Pack(context.Background(), openPool(t, root), dir, "set", PackOptions{ShortSide: 20})
	if err != nil || report.Images != 3 || !slices.Equal(report.Corrupt, []string{"kind0/broken.jpg"}) {
		t.Fatalf("report %+v, error %v", report, err)
	}
	m, err := NewCache(openPool(t, dir), 0, 0).Image(0)
	if err != nil || min(m.W, m.H) != 20 {
		t.Errorf("packed image %v, error %v", m, err)
	}
}

// An index that is cut short, or of another shard, is not used: the shard itself is scanned.
func TestShardWithWrongIndexIsScanned(t *testing.T) {
	dir := t.TempDir()
	const images = 9
	if _, err := Pack(context.Background(), openPool(t, writePictures(t, images)), dir, "set", PackOptions{}); err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "set-000.tar.idx")
	data, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]string{
		"first line":    "something else\n",
		"beyond":        strings.Replace(string(data), "\n", "\n99999999\t12\tx.png\n", 1),
		"not numbers":   strings.Replace(string(data), "\n", "\none\ttwo\tx.png\n", 1),
		"fields":        strings.Replace(string(data), "\n", "\n12\n", 1),
		"other shard":   string(encodeIndex(nil, 17)),
		"line left out": strings.Replace(string(data), strings.SplitAfter(string(data), "\n")[3], "", 1),
		"other name":    strings.Replace(string(data), ".png", ".jpg", 1),
	}
	for cut := 0; cut < len(data); cut += 1 + len(data)/40 {
		broken[fmt.Sprintf("cut after %d bytes", cut)] = string(data[:cut])
	}
	for name, text := range broken {
		os.WriteFile(index, []byte(text), 0o644)
		if p, err := OpenPool(dir); err != nil || p.Len() != images {
			t.Errorf("%s: %v, want the %d images of the shard", name, err, images)
		}
	}
}

func FuzzReadIndex(f *testing.F) {
	f.Add(encodeIndex([]member{{512, 100, "a.png"}}, 2048))
	f.Add([]byte(indexMagic + "\t-1\n9\t9\t\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		members, size, err := readIndex(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, m := range members {
			if m.offset < 0 || m.size < 0 || m.offset+m.size > size {
				t.Fatalf("member %+v outside a shard of %d", m, size)
			}
		}
	})
}

func TestCutShardIsAnError(t *testing.T) {
	var whole bytes.Buffer
	w := tar.NewWriter(&whole)
	w.WriteHeader(&tar.Header{Name: "a.png", Size: 2000, Mode: 0o644})
	w.Write(make([]byte, 2000))
	w.WriteHeader(&tar.Header{Name: "b.png", Size: 2000, Mode: 0o644})
	w.Write(make([]byte, 2000))
	w.Close()
	path := filepath.Join(t.TempDir(), "cut.tar")
	os.WriteFile(path, whole.Bytes()[:3300], 0o644)
	if _, err := OpenPool(path); err == nil {
		t.Error("no error for a shard that is cut off")
	}
}

func TestCacheKeepsToItsLimitAndCountsCorruptOnce(t *testing.T) {
	root := writePictures(t, 6)
	os.WriteFile(filepath.Join(root, "kind0", "zz.png"), []byte("no picture"), 0o644)
	pool := openPool(t, root)
	limit := int64(3 * 45 * 50 * 3)
	c := NewCache(pool, 0, limit)
	for range 2 {
		for i := range pool.Len() {
			m, err := c.Image(i)
			if (err != nil) != strings.HasSuffix(pool.Name(i), "zz.png") {
				t.Fatalf("%s: %v", pool.Name(i), err)
			}
			if err == nil && m.H != 50 {
				t.Fatalf("%s has height %d", pool.Name(i), m.H)
			}
		}
	}
	if c.Corrupt() != 1 || c.Bytes() > limit || c.Bytes() == 0 {
		t.Errorf("%d corrupt, %d bytes kept of at most %d", c.Corrupt(), c.Bytes(), limit)
	}
}

func TestDuplicatesAreFoundMergedAndDropped(t *testing.T) {
	pictures := []*imaging.Image{picture(1, 90, 60), picture(2, 90, 60), picture(3, 64, 64), nil, nil}
	pictures[3], _, _ = imaging.Decode(imaging.EncodeJPEG(imaging.Resize(pictures[1], 70, 50), 60), imaging.DefaultLimits)
	pictures[4] = imaging.NewImage(40, 40)
	hashes, valid := make([]uint64, 5), make([]bool, 5)
	for i, m := range pictures {
		hashes[i], valid[i] = PerceptualHash(m)
	}
	if valid[4] || !valid[0] {
		t.Errorf("valid = %v", valid)
	}
	roots := GroupByHash(hashes, valid, 6)
	if !slices.Equal(roots, []int{0, 1, 2, 1, 4}) {
		t.Fatalf("roots %v", roots)
	}
	if c := InstanceClasses(5, 8, roots, true); c.Count() != 32 || !slices.Equal(c.Members[1], []int32{1, 3}) {
		t.Errorf("merged: %+v", c)
	}
	if c := InstanceClasses(5, 1, roots, false); c.Count() != 4 || len(c.Members[1]) != 1 {
		t.Errorf("dropped: %+v", c)
	}
}

// GroupByHash must join exactly what comparing all pairs joins.
func TestGroupByHashIsExhaustive(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	hashes, valid := make([]uint64, 400), make([]bool, 400)
	for i := range hashes {
		valid[i] = true
		hashes[i] = rng.Uint64()
		if i%2 == 1 {
			hashes[i] = hashes[i-1]
			for range i % 9 {
				hashes[i] ^= 1 << rng.IntN(64)
			}
		}
	}
	slow := newUnion(len(hashes))
	all := make([]int32, len(hashes))
	for i := range all {
		all[i] = int32(i)
	}
	slow.joinNear(all, func(i, j int32) bool { return popcount(hashes[i]^hashes[j]) <= 5 })
	if got := GroupByHash(hashes, valid, 5); !slices.Equal(got, slow.roots()) {
		t.Error("groups differ from those of all pairs")
	}
}

func popcount(x uint64) (n int) {
	for ; x != 0; x &= x - 1 {
		n++
	}
	return n
}

func TestLabelClasses(t *testing.T) {
	pool := openPool(t, writePictures(t, 7))
	c, err := LabelClasses(pool, 4)
	if err != nil || c.Count() != 12 || len(c.Members[0]) != 3 || c.Labels[2] != "kind2" {
		t.Errorf("classes %+v, error %v", c, err)
	}
}
