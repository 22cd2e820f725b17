package decide

import "testing"

func TestCopy(t *testing.T) {
	for _, c := range []struct {
		name            string
		contents, other float64
		changes         int
		want            Copy
	}{
		{"its own contents", 300, 3, 0, SameCopy},
		{"nothing filled in", 0, 0, 0, SameCopy},
		{"a word is another", 300, 3, 1, UnsureCopy},
		{"some is another, or not to be seen", 300, 40, 0, UnsureCopy},
		{"another's contents", 60, 250, 9, OtherCopy},
	} {
		g := located(0.9)
		g.Contents, g.OtherContents, g.Changes = c.contents, c.other, c.changes
		if got := g.Copy(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := (&Geometry{Verifiable: true}).Copy(); got != UnsureCopy {
		t.Errorf("of what was not found: %s", got)
	}
}
