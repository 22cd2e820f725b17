package dataset

import "fmt"

// Classes says which images of a pool belong together: Members[c] are the images of group c. A training class is one
// transform (rotation, mirror image, half) of a group: transform t of group c has the number c·Forms + t.
type Classes struct {
	Members [][]int32
	Forms   int
	Labels  []string // of each group; nil if every image is a group
}

// Count is the number of training classes.
func (c *Classes) Count() int { return len(c.Members) * c.Forms }

// InstanceClasses makes every image a class of its own. If duplicates is not nil, it gives for each image the smallest
// image of its group of near-duplicates (see GroupByHash). With merge such a group becomes one class; otherwise all but
// its first image are left out.
func InstanceClasses(n, forms int, duplicates []int, merge bool) *Classes {
	c := &Classes{Forms: forms}
	class := make([]int32, n)
	for i := range n {
		if duplicates == nil || duplicates[i] == i {
			class[i] = int32(len(c.Members))
			c.Members = append(c.Members, []int32{int32(i)})
		} else if merge {
			first := class[duplicates[i]]
			c.Members[first] = append(c.Members[first], int32(i))
		}
	}
	return c
}

// LabelClasses makes each folder of the pool a class, in the order in which they first appear. An image without a folder
// has no class, and gives an error.
func LabelClasses(pool *Pool, forms int) (*Classes, error) {
	c := &Classes{Forms: forms}
	index := map[string]int{}
	for i := range pool.Len() {
		label := pool.Label(i)
		if label == "" {
			return nil, fmt.Errorf("image %q lies in no folder, so it has no label: move it, or train with every image its own class", pool.Name(i))
		}
		at, known := index[label]
		if !known {
			at = len(c.Members)
			index[label] = at
			c.Members = append(c.Members, nil)
			c.Labels = append(c.Labels, label)
		}
		c.Members[at] = append(c.Members[at], int32(i))
	}
	return c, nil
}
