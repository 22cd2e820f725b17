package dataset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/parallel"
)

// Pool lists the images that a network is trained on, in a fixed order. An image is a whole file or a member of a tar
// shard. A pool holds names and positions alone, about 100 bytes per image, so that it can list millions. It is safe for
// concurrent use.
type Pool struct {
	files []poolFile
	items []item
}

type poolFile struct {
	path  string
	shard *os.File // open tar shard; nil for an image file of its own
}

// item is one image.
type item struct {
	file   int32
	size   int32 // bytes; -1 (unknown) for an image file of its own
	offset int64
	name   string // path inside the shard or folder
}

// maxImageBytes is the largest file of one image.
const maxImageBytes = 256 << 20

// OpenPool lists the images of all paths, in their order. A path is a tar shard, a folder of tar shards, or a folder of
// images in which folders are labels. The caller closes the pool.
func OpenPool(paths ...string) (*Pool, error) {
	p := &Pool{}
	for _, path := range paths {
		if err := p.add(path); err != nil {
			p.Close()
			return nil, err
		}
	}
	if len(p.items) == 0 {
		return nil, fmt.Errorf("open pool: %w in %s", ErrNoImages, strings.Join(paths, ", "))
	}
	return p, nil
}

func (p *Pool) add(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("open pool: %w", err)
	}
	if !info.IsDir() {
		return p.addShards([]string{path})
	}
	shards, err := filepath.Glob(filepath.Join(path, "*.tar"))
	if err != nil {
		return fmt.Errorf("open pool: %w", err)
	}
	if len(shards) > 0 {
		slices.Sort(shards)
		return p.addShards(shards)
	}
	return p.addFolder(path)
}

func (p *Pool) addFolder(root string) error {
	folder, err := ReadFolder(root)
	if err != nil {
		return err
	}
	for _, s := range folder.Samples {
		p.items = append(p.items, item{file: int32(len(p.files)), size: -1, name: s.Path})
		p.files = append(p.files, poolFile{path: filepath.Join(root, filepath.FromSlash(s.Path))})
	}
	return nil
}

// addShards indexes shards, several at a time because a scan of headers waits for the disk.
func (p *Pool) addShards(paths []string) error {
	indexes, err := parallel.Map(context.Background(), 2*runtime.GOMAXPROCS(0), paths, func(_ context.Context, path string) ([]member, error) {
		members, err := indexShard(path)
		if err != nil {
			return nil, fmt.Errorf("open shard %q: %w", path, err)
		}
		return members, nil
	})
	if err != nil {
		return err
	}
	for i, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("open shard: %w", err)
		}
		for _, m := range indexes[i] {
			p.items = append(p.items, item{file: int32(len(p.files)), size: int32(m.size), offset: m.offset, name: m.name})
		}
		p.files = append(p.files, poolFile{path: path, shard: f})
	}
	return nil
}

// Close releases the open shards.
func (p *Pool) Close() error {
	var errs []error
	for _, f := range p.files {
		if f.shard != nil {
			errs = append(errs, f.shard.Close())
		}
	}
	return errors.Join(errs...)
}

// Len is the number of images.
func (p *Pool) Len() int { return len(p.items) }

// Name is the path of an image inside its shard or folder.
func (p *Pool) Name(i int) string { return p.items[i].name }

// Label is the folder part of the image's name; "" for an image that belongs to no class.
func (p *Pool) Label(i int) string { return newSample(p.items[i].name).Label }

// Bytes reads the file of an image.
func (p *Pool) Bytes(i int) ([]byte, error) {
	it := p.items[i]
	f := p.files[it.file]
	if f.shard == nil {
		return readWhole(f.path)
	}
	data := make([]byte, it.size)
	if _, err := f.shard.ReadAt(data, it.offset); err != nil {
		return nil, fmt.Errorf("read %q in %q: %w", it.name, f.path, err)
	}
	return data, nil
}

func readWhole(path string) ([]byte, error) {
	data, err := fileio.ReadFile(path, maxImageBytes)
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	return data, nil
}

// Fingerprint identifies the images and their order. It is the SHA-256 of one line per image: name, size and CRC-32
// (hexadecimal), separated by tabs. It reads every image. A file of teacher features carries it, so that training cannot
// use the features for other images.
func (p *Pool) Fingerprint() (string, error) {
	hash := sha256.New()
	for i, it := range p.items {
		data, err := p.Bytes(i)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s\t%d\t%08x\n", it.name, len(data), crc32.ChecksumIEEE(data))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
