package eval

import (
	"slices"
	"strings"
)

// classes numbers the labels of a set and knows which pairs count neither way.
type classes struct {
	labels   []string // sorted; class c has labels[c]
	of       []int32  // class of each sample; strangers have numbers from len(labels) on, one each
	excluded [][]int32
	related  [][]int32 // for each class its ancestors and descendants, sorted
}

// newClasses collects the classes of a set's samples. Refused samples count, too, because
// their classes exist.
func newClasses(s *Set) *classes {
	c := &classes{of: make([]int32, len(s.Samples)), excluded: make([][]int32, len(s.Samples))}
	for _, x := range s.Samples {
		if x.Label != "" {
			c.labels = append(c.labels, x.Label)
		}
	}
	slices.Sort(c.labels)
	c.labels = slices.Compact(c.labels)
	next := int32(len(c.labels))
	for i, x := range s.Samples {
		if x.Label == "" {
			c.of[i] = next
			next++
			continue
		}
		c.of[i] = c.find(x.Label)
	}
	c.relate()
	c.exclude(s)
	return c
}

// find returns the class of a label, or -1.
func (c *classes) find(label string) int32 {
	if i, ok := slices.BinarySearch(c.labels, label); ok {
		return int32(i)
	}
	return -1
}

func (c *classes) isStranger(sample int) bool { return int(c.of[sample]) >= len(c.labels) }

// count is the number of classes, each stranger being one.
func (c *classes) count() int {
	n := len(c.labels)
	for _, k := range c.of {
		n = max(n, int(k)+1)
	}
	return n
}

// relate finds the ancestors and descendants of each class. An ancestor of the right
// label is a right answer too, so that such pairs say nothing about errors.
func (c *classes) relate() {
	c.related = make([][]int32, len(c.labels))
	for i, label := range c.labels {
		for cut := strings.LastIndexByte(label, '/'); cut > 0; cut = strings.LastIndexByte(label[:cut], '/') {
			if up := c.find(label[:cut]); up >= 0 {
				c.related[i] = append(c.related[i], up)
				c.related[up] = append(c.related[up], int32(i))
			}
		}
	}
	for i := range c.related {
		slices.Sort(c.related[i])
	}
}

// exclude gathers, for each sample, the classes it forms no pair with.
func (c *classes) exclude(s *Set) {
	ignored := map[string][]int32{}
	for _, p := range s.Ignore {
		if k := c.find(p.Label); k >= 0 {
			ignored[p.Path] = append(ignored[p.Path], k)
		}
	}
	for i, x := range s.Samples {
		var list []int32
		if !c.isStranger(i) {
			list = append(list, c.related[c.of[i]]...)
		}
		list = append(list, ignored[x.Path]...)
		slices.Sort(list)
		c.excluded[i] = slices.Compact(list)
	}
}

// neutral reports whether the pair of samples i and j counts neither way.
func (c *classes) neutral(i, j int) bool {
	return (c.isStranger(i) && c.isStranger(j)) || has(c.excluded[i], c.of[j]) || has(c.excluded[j], c.of[i])
}

// plain reports whether no pair at all is neutral for its sample.
func (c *classes) plain(i int) bool { return len(c.excluded[i]) == 0 && !c.isStranger(i) }

func has(sorted []int32, k int32) bool {
	if len(sorted) == 0 {
		return false
	}
	_, ok := slices.BinarySearch(sorted, k)
	return ok
}

// IsAbove reports whether label a lies above b in the tree.
func IsAbove(a, b string) bool {
	return len(a) < len(b) && strings.HasPrefix(b, a) && b[len(a)] == '/'
}

// sameParent reports whether two labels are siblings under a named parent.
func sameParent(a, b string) bool {
	i, j := strings.LastIndexByte(a, '/'), strings.LastIndexByte(b, '/')
	return i > 0 && i == j && a[:i] == b[:j]
}
