package train

import (
	"slices"

	"exemplar/internal/capturesim"
	"exemplar/internal/synthdoc"
	"exemplar/internal/train/random"
)

// The two views of these classes have the same print and other contents, so that the network learns to ignore what is
// filled in.

// issued are the kinds of drawn documents for which package synthdoc can draw another issuer with the same template.
var issued = []string{"bill", "form", "id-card", "invoice", "letter", "roll"}

// fillDrawn makes two drawn classes. A class is a design, and its views have other contents. The second class has the
// same contents in another design, or on another issuer's paper of the same template.
func (l *loader) fillDrawn(b *Batch, step, pair int) {
	rng := random.Stream(l.seed, random.ForForms, uint64(step)<<20|1<<19|uint64(pair))
	kinds := synthdoc.Kinds()
	doc := synthdoc.Document{Kind: kinds[rng.IntN(len(kinds))], Template: rng.Uint64(), Size: l.stage.Input * 2}
	contents := [2]uint64{rng.Uint64(), rng.Uint64()}
	blank := rng.IntN(3) == 0
	first := l.stage.Batch.Images * l.stage.Batch.Forms
	for i := range 2 {
		class := first + 2*pair + i
		if class == first+l.stage.Batch.Drawn {
			return
		}
		b.Source[class] = picture{image: -1}
		for view := range b.Layout.Views {
			doc.Content, doc.Blank = contents[view], blank && view == 0
			b.Target[view*b.Layout.Classes+class] = noClass
			l.capture(b, step, view, class, capturesim.NewSource(synthdoc.Draw(doc)), 0)
		}
		if slices.Contains(issued, doc.Kind) && rng.IntN(2) == 0 {
			doc.Issuer = 1 + rng.IntN(8)
		} else {
			doc.Template = rng.Uint64()
		}
	}
}

// filledForms chooses the real forms of a step, two editions of each family at a time, so that look-alikes are in one
// batch. When all families have been used, it starts again with the editions that are left.
func (l *loader) filledForms(step int) []int {
	wanted := l.stage.Batch.Filled
	if wanted == 0 {
		return nil
	}
	left := random.Stream(l.seed, random.ForForms, uint64(step)<<20|1<<18).Perm(len(l.blanks))
	var chosen []int
	for {
		var later []int
		turn := map[string]int{}
		for _, i := range left {
			family := l.blanks[i].Family
			if turn[family]++; turn[family] > 2 {
				later = append(later, i)
				continue
			}
			if chosen = append(chosen, i); len(chosen) == wanted {
				return chosen
			}
		}
		left = later
	}
}

// fillForm makes the class of a real form. Its first view is blank in one of three cases, since blank forms are
// registered.
func (l *loader) fillForm(b *Batch, step, slot, form int) {
	rng := random.Stream(l.seed, random.ForForms, uint64(step)<<20|1<<18|uint64(slot+1))
	class := l.stage.Batch.Images*l.stage.Batch.Forms + l.stage.Batch.Drawn + slot
	blank := l.blanks[form]
	b.Source[class] = picture{image: -1}
	empty := rng.IntN(3) == 0
	for view := range b.Layout.Views {
		page := blank.Picture
		if content := rng.Uint64(); view > 0 || !empty {
			page = synthdoc.FillIn(blank.Picture, blank.Fields, content)
		}
		b.Target[view*b.Layout.Classes+class] = noClass
		l.capture(b, step, view, class, capturesim.NewSource(page), 0)
	}
}
