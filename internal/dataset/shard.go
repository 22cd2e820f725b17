package dataset

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"exemplar/internal/fileio"
)

// A shard is a plain tar file of images, as in WebDataset. Any program can read it from front to back. An index of
// offsets gives random access; Pack writes it beside the shard as "<shard>.idx". The index is text, with tabs between
// values: a line "exemplar-shard-index 2 <bytes of the shard>", a line "<offset> <size> <name>" per image, and a last line
// "end <number of images> <CRC-32C of all lines before, in hex>". If the index is missing, cut short, damaged or of
// another shard, the headers of the shard are scanned instead.
const (
	indexSuffix = ".idx"
	indexEnd    = "end"
	indexMagic  = "exemplar-shard-index 2"
	maxMembers  = 10_000_000
)

// member is an image in a shard.
type member struct {
	offset, size int64
	name         string
}

// indexShard reads the index of a shard, or makes one in memory.
func indexShard(path string) ([]member, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path + indexSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return scanShard(path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	members, shardSize, err := readIndex(f)
	if err != nil || shardSize != info.Size() {
		return scanShard(path) // the shard itself has everything that the index has
	}
	return members, nil
}

// scanShard finds the images of a shard by its headers. The tar reader seeks over their contents.
func scanShard(path string) ([]member, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var members []member
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return nil, fmt.Errorf("scan after %d images: %w", len(members), err)
		}
		if h.Typeflag != tar.TypeReg || !isImageName(h.Name) {
			continue
		}
		at, err := f.Seek(0, io.SeekCurrent)
		if err != nil {
			return nil, err
		}
		m := member{offset: at, size: h.Size, name: h.Name}
		if err := m.check(at + h.Size); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
}

// check returns an error if a member does not lie within a shard of the given size.
func (m member) check(shardSize int64) error {
	if m.offset < 0 || m.size < 0 || m.size > maxImageBytes || m.offset > shardSize-m.size {
		return fmt.Errorf("image %.80q: %d bytes at %d do not lie in a shard of %d (limit %d bytes)",
			m.name, m.size, m.offset, shardSize, maxImageBytes)
	}
	return nil
}

// readIndex parses an index, checks it against its last line, and returns the size of the shard that it describes.
func readIndex(r io.Reader) ([]member, int64, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	sum := crc32.New(fileio.CRC32C)
	lines.Scan()
	text, ok := strings.CutPrefix(lines.Text(), indexMagic+"\t")
	shardSize, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil {
		return nil, 0, errors.Join(fmt.Errorf("first line is not %q and a size", indexMagic), lines.Err())
	}
	fmt.Fprintln(sum, lines.Text())
	var members []member
	for n := 2; lines.Scan(); n++ {
		if strings.HasPrefix(lines.Text(), indexEnd+"\t") {
			if want := lastLine(len(members), sum.Sum32()); lines.Text() != want {
				return nil, 0, fmt.Errorf("line %d: have %.40q, want %q", n, lines.Text(), want)
			}
			return members, shardSize, nil
		}
		m, err := parseMember(lines.Text())
		if err == nil {
			err = m.check(shardSize)
		}
		if err == nil && len(members) == maxMembers {
			err = fmt.Errorf("more than %d images", maxMembers)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		fmt.Fprintln(sum, lines.Text())
		members = append(members, m)
	}
	return nil, 0, errors.Join(fmt.Errorf("cut short after %d images", len(members)), lines.Err())
}

// lastLine is the last line of an index of n images whose lines have the checksum sum.
func lastLine(n int, sum uint32) string { return fmt.Sprintf("%s\t%d\t%08x", indexEnd, n, sum) }

func parseMember(line string) (member, error) {
	fields := strings.SplitN(line, "\t", 3)
	if len(fields) != 3 {
		return member{}, fmt.Errorf("want offset, size and name, have %.80q", line)
	}
	offset, err1 := strconv.ParseInt(fields[0], 10, 64)
	size, err2 := strconv.ParseInt(fields[1], 10, 64)
	return member{offset: offset, size: size, name: fields[2]}, errors.Join(err1, err2)
}

// encodeIndex is the inverse of readIndex.
func encodeIndex(members []member, shardSize int64) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\t%d\n", indexMagic, shardSize)
	for _, m := range members {
		fmt.Fprintf(&out, "%d\t%d\t%s\n", m.offset, m.size, m.name)
	}
	sum := crc32.Checksum(out.Bytes(), fileio.CRC32C)
	fmt.Fprintln(&out, lastLine(len(members), sum))
	return out.Bytes()
}
