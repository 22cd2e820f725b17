package changetrain

import (
	"bytes"
	"testing"

	"exemplar/internal/alignment"
	"exemplar/internal/papertest"
)

// A drawn form is print alone, its copies add contents in its fields, and other editions of
// most differ in a part of the page.
func TestBlankFormKinds(t *testing.T) {
	papertest.SkipLong(t)
	differ := 0
	for i, source := range BlankFormKinds(4, 3) {
		k, err := source()
		if err != nil || len(k.Captures) != blankCopies {
			t.Fatalf("%d captures, %v", len(k.Captures), err)
		}
		for _, c := range k.Captures {
			own, other := c.Against[0], c.Against[1]
			if own.OtherKind || !other.OtherKind {
				t.Errorf("form %d: other kinds %v, %v", i, own.OtherKind, other.OtherKind)
			}
			w, h := c.Document.W, c.Document.H
			form, ok := other.forms(w, h)
			if !ok {
				t.Fatalf("form %d: nothing is known of its editions", i)
			}
			truths, _ := countCells([]Sample{{Cells: form}})
			if truths[Changed] > 0 {
				differ++
			}
			if truths[Same] < len(form)/3 {
				t.Errorf("form %d: editions differ in %d of %d cells", i, truths[Changed], len(form))
			}
			if bytes.Equal(own.Reference.Pix, own.Empty.Pix) {
				continue // nobody filled it in
			}
			sorts := own.sorts(&alignment.Rectified{Reference: alignment.Compared(own.Reference.Gray(), w, h)})
			if _, counted := countCells([]Sample{{Sorts: sorts}}); counted[Filled] < 10 || counted[Printed] < len(sorts)/2 {
				t.Errorf("form %d: %v", i, counted)
			}
		}
	}
	if differ < 4 {
		t.Errorf("editions differ in %d captures", differ)
	}
}
