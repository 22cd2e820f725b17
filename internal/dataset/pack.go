package dataset

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

// PackOptions says how Pack makes shards.
type PackOptions struct {
	ShardBytes int64 // a shard of that size is closed; default 256 MiB
	// ShortSide scales larger images down to so many pixels on the short side and stores them as JPEG; 0 stores every
	// file as it is.
	ShortSide int
	Quality   int // of those JPEG files; default 92
}

// PackReport says what Pack did.
type PackReport struct {
	Images, Shards int
	Corrupt        []string // names of files that were left out because they cannot be decoded
}

// Pack writes the images of a pool to "<dir>/<prefix>-NNN.tar" with their indexes. It decodes every image once, so that
// broken files show now and not in training.
func Pack(ctx context.Context, pool *Pool, dir, prefix string, opt PackOptions) (PackReport, error) {
	if opt.ShardBytes == 0 {
		opt.ShardBytes = 256 << 20
	}
	if opt.Quality == 0 {
		opt.Quality = 92
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return PackReport{}, fmt.Errorf("pack: %w", err)
	}
	p := packer{dir: dir, prefix: prefix, opt: opt}
	defer p.abandon()
	for i := range pool.Len() {
		if err := ctx.Err(); err != nil {
			return p.report, err
		}
		data, name, err := prepare(pool, i, opt)
		if err != nil {
			p.report.Corrupt = append(p.report.Corrupt, pool.Name(i))
			continue
		}
		if err := p.write(name, data); err != nil {
			return p.report, fmt.Errorf("pack %q: %w", pool.Name(i), err)
		}
	}
	return p.report, p.finish()
}

// prepare returns the bytes to store for an image and their name.
func prepare(pool *Pool, i int, opt PackOptions) ([]byte, string, error) {
	name := pool.Name(i)
	data, err := pool.Bytes(i)
	if err != nil {
		return nil, "", err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, "", err
	}
	if opt.ShortSide == 0 || min(m.W, m.H) <= opt.ShortSide {
		return data, name, nil
	}
	name = name[:len(name)-len(filepath.Ext(name))] + ".jpg"
	return imaging.EncodeJPEG(shrink(m, opt.ShortSide), opt.Quality), name, nil
}

// shrink scales a picture down to a short side of at most side pixels.
func shrink(m *imaging.Image, side int) *imaging.Image {
	short, long := min(m.W, m.H), max(m.W, m.H)
	if short <= side || side <= 0 {
		return m
	}
	return imaging.FitWithin(m, (long*side+short/2)/short)
}

// packer writes one shard after the other.
type packer struct {
	dir, prefix string
	opt         PackOptions
	report      PackReport

	file    *os.File
	tar     *tar.Writer
	members []member
}

func (p *packer) write(name string, data []byte) error {
	if p.file == nil {
		f, err := os.CreateTemp(p.dir, "."+p.prefix+"-*.tar")
		if err != nil {
			return err
		}
		p.file, p.tar, p.members = f, tar.NewWriter(f), nil
	}
	if err := p.tar.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), Format: tar.FormatPAX}); err != nil {
		return err
	}
	at, err := p.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := p.tar.Write(data); err != nil {
		return err
	}
	p.members = append(p.members, member{offset: at, size: int64(len(data)), name: name})
	p.report.Images++
	if at+int64(len(data)) >= p.opt.ShardBytes {
		return p.finish()
	}
	return nil
}

// finish closes the shard, gives it its name, and writes its index.
func (p *packer) finish() error {
	if p.file == nil {
		return nil
	}
	err := errors.Join(p.tar.Close(), p.file.Chmod(0o644), p.file.Sync())
	size, seekErr := p.file.Seek(0, io.SeekEnd)
	if err := errors.Join(err, seekErr, p.file.Close()); err != nil {
		return fmt.Errorf("pack: finish shard: %w", err)
	}
	final := filepath.Join(p.dir, fmt.Sprintf("%s-%03d.tar", p.prefix, p.report.Shards))
	if err := os.Rename(p.file.Name(), final); err != nil {
		return fmt.Errorf("pack: %w", err)
	}
	p.file = nil
	p.report.Shards++
	if err := fileio.WriteBytes(final+indexSuffix, fileio.Public, encodeIndex(p.members, size)); err != nil {
		return fmt.Errorf("pack: write index: %w", err)
	}
	return nil
}

// abandon removes a shard that was not finished.
func (p *packer) abandon() {
	if p.file != nil {
		p.file.Close()
		os.Remove(p.file.Name())
	}
}
