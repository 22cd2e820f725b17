package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/changedetect"
	"exemplar/internal/changetrain"
	"exemplar/internal/imaging"
)

// look is a sample with what was said of it.
type look struct {
	sample *changetrain.Sample
	seen   *changedetect.Map
	tally  changedetect.Tally
}

// looksPer are drawn of each kind: copies with the most other form, and others
// with the least.
const looksPer = 4

// drawLooks writes pictures of what is furthest from the truth.
func drawLooks(folder string, looks []look) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	slices.SortFunc(looks, func(a, b look) int { return cmp.Compare(b.tally.OtherForm, a.tally.OtherForm) })
	drawn := map[string]int{}
	write := func(l look, role string) error {
		key := strings.NewReplacer("/", "_", " ", "_", ",", "").Replace(l.sample.Kind) + "-" + role
		if drawn[key]++; drawn[key] > looksPer {
			return nil
		}
		name := fmt.Sprintf("%s-%d-form%.0f.png", key, drawn[key], l.tally.OtherForm)
		return os.WriteFile(filepath.Join(folder, name), imaging.EncodePNG(l.draw()), 0o644)
	}
	for i, l := range looks {
		if !l.sample.OtherKind {
			if err := write(l, "copy"); err != nil {
				return err
			}
		}
		if last := looks[len(looks)-1-i]; last.sample.OtherKind {
			if err := write(last, "other"); err != nil {
				return err
			}
		}
	}
	return nil
}

// draw shows reference, photo and verdict side by side: other form red, other
// contents blue, what the reference has filled in green.
func (l look) draw() *imaging.Image {
	ref, laid := l.sample.Ref, l.sample.Laid
	out := imaging.NewImage(3*ref.W, ref.H)
	for y := range ref.H {
		for x := range ref.W {
			a, b := ref.Pix[y*ref.W+x], byte(min(255, 2*int(laid.Pix[y*ref.W+x])))
			set(out, x, y, a, a, a)
			set(out, ref.W+x, y, b, b, b)
			pale := 128 + float64(b)/2
			r, g, k := pale, pale, pale
			if u, v := x/changedetect.Cell, y/changedetect.Cell; u < l.seen.W && v < l.seen.H {
				i := v*l.seen.W + u
				if l.seen.Judged[i] && l.sample.Seen[i] {
					differs, form, filled := chance(l.seen.Logit[i]), chance(l.seen.Form[i]), chance(l.seen.Filled[i])
					red, blue, green := differs*form, differs*(1-form), (1-differs)*filled
					r, g, k = pale*(1-blue-green), pale*(1-red-blue), pale*(1-red-green)
				} else {
					r, g, k = pale*0.75, pale*0.75, pale*0.75
				}
			}
			set(out, 2*ref.W+x, y, byte(r), byte(g), byte(k))
		}
	}
	return out
}

func set(m *imaging.Image, x, y int, r, g, b byte) {
	at := 3 * (y*m.W + x)
	m.Pix[at], m.Pix[at+1], m.Pix[at+2] = r, g, b
}

func chance(logit float32) float64 { return 1 / (1 + math.Exp(-float64(logit))) }
