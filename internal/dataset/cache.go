package dataset

import (
	"fmt"
	"sync/atomic"

	"exemplar/internal/imaging"
)

// Cache decodes the images of a pool and keeps as many as fit into a limit of memory. It keeps the first ones and drops
// none. Training visits every image equally often, in a new order each time, and then no rule hits more often. Cache is
// safe for concurrent use.
type Cache struct {
	pool      *Pool
	shortSide int
	limit     int64
	used      atomic.Int64
	kept      []atomic.Pointer[imaging.Image]
	corrupt   []atomic.Bool
	broken    atomic.Int64
}

// NewCache makes a cache of at most limit bytes of pixels. It scales images down to a short side of shortSide pixels (0:
// not at all), because the network's input needs no more.
func NewCache(pool *Pool, shortSide int, limit int64) *Cache {
	return &Cache{
		pool: pool, shortSide: shortSide, limit: limit,
		kept:    make([]atomic.Pointer[imaging.Image], pool.Len()),
		corrupt: make([]atomic.Bool, pool.Len()),
	}
}

// Image returns picture i, which the caller must not change. A file that cannot be read or decoded gives an error, and
// Corrupt counts it once.
func (c *Cache) Image(i int) (*imaging.Image, error) {
	if m := c.kept[i].Load(); m != nil {
		return m, nil
	}
	m, err := c.decode(i)
	if err != nil {
		if !c.corrupt[i].Swap(true) {
			c.broken.Add(1)
		}
		return nil, fmt.Errorf("image %q: %w", c.pool.Name(i), err)
	}
	size := int64(len(m.Pix))
	if c.used.Add(size) > c.limit || !c.kept[i].CompareAndSwap(nil, m) {
		c.used.Add(-size)
	}
	return m, nil
}

func (c *Cache) decode(i int) (*imaging.Image, error) {
	data, err := c.pool.Bytes(i)
	if err != nil {
		return nil, err
	}
	m, _, err := imaging.Decode(data, imaging.DefaultLimits)
	if err != nil {
		return nil, err
	}
	return shrink(m, c.shortSide), nil
}

// Corrupt is the number of images that could not be decoded so far.
func (c *Cache) Corrupt() int { return int(c.broken.Load()) }

// Bytes is the memory of the kept pixels.
func (c *Cache) Bytes() int64 { return c.used.Load() }
