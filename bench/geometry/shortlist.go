package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"exemplar/internal/geometry"
	"exemplar/internal/imaging"
)

// shortlist measures the index: a gallery of the sets' references and of others
// up to size, and at which rank each capture's own reference comes.
func shortlist(sets []*set, train string, size, workers int) error {
	index := geometry.NewIndex()
	id := int64(0)
	ids := map[*picture]int64{}
	for _, s := range sets {
		for i := range s.references {
			g, err := s.open(s.references[i])
			if err != nil {
				return err
			}
			index.Add(id, geometry.NewReference(g))
			ids[&s.references[i]] = id
			id++
		}
	}
	others, err := mosaics(train, size-index.Len())
	if err != nil {
		return err
	}
	first := id
	err = parallel(workers, len(others), func(i int) error {
		index.Add(first+int64(i), geometry.NewReference(others[i]))
		return nil
	})
	if err != nil {
		return err
	}
	for _, s := range sets {
		for _, closer := range [2]bool{false, true} {
			if err := s.ranks(index, ids, closer, workers); err != nil {
				return err
			}
		}
	}
	return nil
}

// ranks prints how often a capture's own reference is among the first k.
func (s *set) ranks(index *geometry.Index, ids map[*picture]int64, closer bool, workers int) error {
	own := map[int]int64{}
	for i := range s.references {
		own[s.references[i].class] = ids[&s.references[i]]
	}
	limits := [...]int{1, 5, 10, 20, 50, 100}
	var within [len(limits)]atomic.Int64
	var spent atomic.Int64
	err := parallel(workers, len(s.captures), func(i int) error {
		g, err := s.open(s.captures[i])
		if err != nil {
			return err
		}
		p := geometry.NewProbe(g)
		query := index.Query
		if closer {
			query = index.QueryCloser
		}
		query(p, 1)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		start := threadTime()
		found := query(p, limits[len(limits)-1])
		spent.Add(int64(threadTime() - start))
		for rank, c := range found {
			if c.ID == own[s.captures[i].class] {
				for k, limit := range limits {
					if rank < limit {
						within[k].Add(1)
					}
				}
			}
		}
		return nil
	})
	fmt.Printf("%-16s closer %-5v %d references, %.1f CPU-ms a query, own reference among the first", s.name, closer, index.Len(),
		float64(spent.Load())/1e6/float64(len(s.captures)))
	for k, limit := range limits {
		fmt.Printf("  %d: %.1f", limit, 100*float64(within[k].Load())/float64(len(s.captures)))
	}
	fmt.Println()
	return err
}

// mosaics makes n pictures of four training pictures each: one alone is too
// small to have as many features as a reference.
func mosaics(train string, n int) ([]*imaging.Gray, error) {
	tars, err := filepath.Glob(filepath.Join(train, "*.tar"))
	if err != nil {
		return nil, err
	}
	var parts []*imaging.Gray
	for _, path := range tars {
		if parts, err = appendPictures(parts, path); err != nil {
			return nil, fmt.Errorf("read %q: %w", path, err)
		}
	}
	var out []*imaging.Gray
	for turn := 0; len(out) < n && len(parts) >= 4; turn++ {
		for i := 0; i+3 < len(parts) && len(out) < n; i += 4 {
			k := func(j int) *imaging.Gray { return parts[(i+j+j*turn*4001)%len(parts)] }
			out = append(out, mosaic(k(0), k(1), k(2), k(3)))
		}
	}
	return out, nil
}

func appendPictures(to []*imaging.Gray, path string) ([]*imaging.Gray, error) {
	f, err := os.Open(path)
	if err != nil {
		return to, err
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return to, nil
		} else if err != nil {
			return to, err
		}
		var b bytes.Buffer
		if _, err := io.Copy(&b, r); err != nil {
			return to, err
		}
		m, _, err := imaging.Decode(b.Bytes(), imaging.Limits{MaxBytes: 1 << 24, MaxPixels: 1 << 24})
		if err != nil {
			return to, err
		}
		to = append(to, m.Gray())
	}
}

func mosaic(parts ...*imaging.Gray) *imaging.Gray {
	w := max(parts[0].W, parts[2].W) + max(parts[1].W, parts[3].W)
	h := max(parts[0].H, parts[1].H) + max(parts[2].H, parts[3].H)
	out := &imaging.Gray{W: w, H: h, Pix: make([]byte, w*h)}
	for i, p := range parts {
		x, y := 0, 0
		if i%2 == 1 {
			x = w - p.W
		}
		if i >= 2 {
			y = h - p.H
		}
		for row := range p.H {
			copy(out.Pix[(y+row)*w+x:], p.Pix[row*p.W:][:p.W])
		}
	}
	return out
}
