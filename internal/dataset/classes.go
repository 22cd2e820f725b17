package dataset

import "fmt"

// Classes says which images of a pool belong together: Members[c] are the images of class c. The training class is one
// form of such a group, numbered c·Forms + form.
type Classes struct {
	Members [][]int32
	Forms   int
	Labels  []string // of each group; nil where every image is a class
}

// Count is the number of training classes.
func (c *Classes) Count() int { return len(c.Members) * c.Forms }

// InstanceClasses makes every image a class of its own. duplicates, where not nil, gives for each image the smallest
// image of its group of near-duplicates (see GroupByHash): merged into one class, or left out but for the first.
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

// LabelClasses makes the folders of the pool classes, in the order in which they first appear. Images without a folder
// are an error: which class would they be?
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
