package recognise

import (
	"testing"

	"exemplar/internal/embed"
	"exemplar/internal/synthdoc"
)

// Another paper of the same company has another headline. Another copy has the same one,
// however much is filled in otherwise.
func TestAnotherHeadlineIsSeen(t *testing.T) {
	e := NewEmbedder(embed.Default())
	seen, other := 0, 0
	for i := range uint64(6) {
		ref := synthdoc.Document{Kind: []string{"invoice", "bill", "statement"}[i%3], Template: i, Content: i, Size: 760}
		another := ref
		another.Content = i + 100
		if f := looked(e, another, ref); f == nil {
			continue
		} else if f.OtherHead {
			t.Errorf("%s %d: another copy has another head", ref.Kind, i)
		}
		seen++
		if f := looked(e, synthdoc.LookAlikes(ref, i+200)["paper"], ref); f != nil && f.OtherHead {
			other++
		}
	}
	if seen < 5 || other < 2 {
		t.Errorf("of %d papers, %d are told from another one of the same company", seen, other)
	}
}

// Another letter has another subject, which is no headline.
func TestTheSubjectOfALetterIsNoHeadline(t *testing.T) {
	e := NewEmbedder(embed.Default())
	for i := range uint64(5) {
		ref := synthdoc.Document{Kind: "letter", Template: i, Content: i, Size: 900}
		another := ref
		another.Content = i + 100
		if f := looked(e, another, ref); f != nil && f.OtherHead {
			t.Errorf("letter %d: another one has another head", i)
		}
	}
}
