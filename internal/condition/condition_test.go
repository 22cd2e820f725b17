package condition

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/planar"
	"exemplar/internal/synthdoc"
)

// The document lies here in the photo.
const left, top = 130, 110

// shot is a photo of a document on a desk, to be spoilt.
type shot struct {
	reference, photo *imaging.Image
	w, h             int // of the document
	cut              int // pixels that the photo lacks on the left
	length           float64
}

// drawings and shots are those that were made, which must not be changed: a test spoils a copy.
// Tests of this package run one after the other, as what they share must.
var (
	drawings = map[synthdoc.Document]*imaging.Image{}
	shots    = map[synthdoc.Document]*shot{}
)

func drawn(d synthdoc.Document) *imaging.Image {
	if drawings[d] == nil {
		drawings[d] = synthdoc.Draw(d)
	}
	return drawings[d]
}

// newShot is a sound photo of what has the template of the seed.
func newShot(kind string, seed uint64, content uint64) *shot {
	d := synthdoc.Document{Kind: kind, Template: seed, Content: content, Size: 640}
	made := shots[d]
	if made == nil {
		made = makeShot(d)
		shots[d] = made
	}
	s := *made
	s.photo = &imaging.Image{W: made.photo.W, H: made.photo.H, Pix: slices.Clone(made.photo.Pix)}
	return &s
}

func makeShot(d synthdoc.Document) *shot {
	doc, seed := drawn(d), d.Template
	d.Content = seed
	s := &shot{reference: drawn(d)}
	s.w, s.h, s.length = doc.W, doc.H, 640
	s.photo = imaging.NewImage(doc.W+2*left, doc.H+2*top)
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := 0; i < len(s.photo.Pix); i += 3 {
		grain := rng.IntN(12)
		s.photo.Pix[i], s.photo.Pix[i+1], s.photo.Pix[i+2] = byte(96+grain), byte(70+grain), byte(48+grain)
	}
	for y := range doc.H {
		for x := range doc.W {
			for c := range 3 {
				// Evening light from the left, and noise.
				v := float64(doc.Pix[3*(y*doc.W+x)+c]) * (0.82 - 0.1*float64(x)/float64(doc.W)) * []float64{1, 0.97, 0.9}[c]
				s.photo.Pix[3*((y+top)*s.photo.W+x+left)+c] = byte(v + 2*rng.Float64())
			}
		}
	}
	return s
}

// each changes the colours of the document's pixels; x and y are in [0, 1].
func (s *shot) each(change func(x, y float64, rgb *[3]float64)) {
	for y := range s.h {
		for x := range s.w {
			px := s.photo.Pix[3*((y+top)*s.photo.W+x+left):][:3]
			rgb := [3]float64{float64(px[0]), float64(px[1]), float64(px[2])}
			change(float64(x)/float64(s.w), float64(y)/float64(s.h), &rgb)
			for c, v := range rgb {
				px[c] = byte(max(0, min(255, v)))
			}
		}
	}
}

func (s *shot) pair() *Pair {
	photo := s.photo.Crop(s.cut, 0, s.photo.W, s.photo.H)
	laid := s.photo.Crop(left, top, s.w, s.h).Gray()
	for i, v := range laid.Pix {
		laid.Pix[i] = v / 2
	}
	return &Pair{
		Reference: Prepare(s.reference), Photo: photo, Fine: s.reference.Gray(), Laid: laid,
		At: func(p planar.Point) planar.Point {
			return planar.Point{X: p.X*float64(s.w) + float64(left-s.cut) - 0.5, Y: p.Y*float64(s.h) + top - 0.5}
		},
		Length: s.length, ReferenceLength: 640,
	}
}

func said(seen Seen) []Kind {
	var kinds []Kind
	for _, c := range seen.Conditions {
		if c.Sure {
			kinds = append(kinds, c.Kind)
		}
	}
	return kinds
}

var documents = []string{"id-card", "form", "invoice", "statement", "ticket"}

func testDocuments() []string {
	if testing.Short() {
		return documents[:1]
	}
	return documents
}

func TestPlainPhotosHaveNoCondition(t *testing.T) {
	papertest.SkipUnderRace(t)
	for i, kind := range testDocuments() {
		for content := range uint64(2) {
			seed := uint64(40 + i)
			if got := said(Look(newShot(kind, seed, seed+content).pair())); got != nil {
				t.Errorf("%s %d with contents %d is seen as %v", kind, seed, content, got)
			}
		}
	}
}

// A sound photo of a reference that was torn, stained or glaring itself has no condition.
func TestTheReferencesStateIsNotThePhotos(t *testing.T) {
	for _, kind := range []Kind{Glare, Covered, Stained} {
		worn := newShot("form", 41, 41)
		spoilings[kind](worn)
		p := newShot("form", 41, 42).pair()
		flat := worn.photo.Crop(left, top, worn.w, worn.h)
		p.Reference, p.Fine = Prepare(flat), flat.Gray()
		if got := said(Look(p)); got != nil {
			t.Errorf("a sound photo, against a reference that is %s, is seen as %v", kind, got)
		}
	}
}

// spoilings make a shot what it is called.
var spoilings = map[Kind]func(s *shot){
	Glare: func(s *shot) {
		s.each(func(x, y float64, rgb *[3]float64) {
			k := 1.3 * math.Exp(-((x-0.6)*(x-0.6)+(y-0.45)*(y-0.45))/0.02)
			for c := range rgb {
				rgb[c] += (255 - rgb[c]) * min(1, k)
			}
		})
	},
	Covered: func(s *shot) {
		s.each(func(x, y float64, rgb *[3]float64) {
			if x > 0.3 && x < 0.6 && y > 0.4 && y < 0.7 {
				*rgb = [3]float64{40, 60, 130 + 20*math.Sin(40*x)}
			}
		})
	},
	CutOff: func(s *shot) { s.cut = left + s.w/5 },
	Torn: func(s *shot) {
		rng := rand.New(rand.NewPCG(3, 4))
		s.each(func(x, y float64, rgb *[3]float64) {
			if x+y < 0.5+0.01*math.Sin(90*x) {
				grain := float64(rng.IntN(12))
				*rgb = [3]float64{96 + grain, 70 + grain, 48 + grain}
			}
		})
	},
	Stained: func(s *shot) {
		s.each(func(x, y float64, rgb *[3]float64) {
			if (x-0.5)*(x-0.5)+(y-0.4)*(y-0.4) < 0.03 {
				rgb[0], rgb[1], rgb[2] = rgb[0]*0.8, rgb[1]*0.65, rgb[2]*0.45
			}
		})
	},
	Blurred: func(s *shot) {
		for range 12 {
			for c := range 3 {
				g := &imaging.Gray{W: s.photo.W, H: s.photo.H, Pix: make([]byte, s.photo.W*s.photo.H)}
				for i := range g.Pix {
					g.Pix[i] = s.photo.Pix[3*i+c]
				}
				for i, v := range g.Soften().Pix {
					s.photo.Pix[3*i+c] = v
				}
			}
		}
	},
	Faded: func(s *shot) {
		s.each(func(x, y float64, rgb *[3]float64) {
			for c, paper := range [3]float64{200, 195, 180} {
				rgb[c] = paper - (paper-rgb[c])*0.3
			}
		})
	},
	TooSmall: func(s *shot) { s.length = 170 },
	Screen: func(s *shot) {
		s.each(func(x, y float64, rgb *[3]float64) {
			for c := range rgb {
				rgb[c] *= 1 + 0.08*math.Sin(2*math.Pi*(x*float64(s.w)/3.3+y*float64(s.h)/37+float64(c)/3))
			}
		})
	},
}

func TestConditionsAreSeen(t *testing.T) {
	papertest.SkipUnderRace(t)
	for kind, spoil := range spoilings {
		t.Run(string(kind), func(t *testing.T) {
			for i, document := range testDocuments() {
				seed, other := uint64(40+i), uint64(i%2) // the same contents, or others
				s := newShot(document, seed, seed+other)
				spoil(s)
				if got := said(Look(s.pair())); !slices.Contains(got, kind) {
					t.Errorf("%s with contents %d: %s, and seen is %v", document, other, kind, got)
				}
			}
		})
	}
}

// A cup leaves a ring, a few hundredths of the document wide.
func TestRingsOfCoffeeAreStains(t *testing.T) {
	for i, kind := range []string{"receipt", "ticket", "bank-card", "driving-licence"} {
		s := newShot(kind, uint64(60+i), uint64(60+i))
		tall := float64(s.h) / float64(s.w)
		s.each(func(x, y float64, rgb *[3]float64) {
			d := (math.Hypot(x-0.5, (y-0.5)*tall) - 0.2) / 0.02
			k := math.Exp(-d * d)
			for c, absorbs := range []float64{0.2, 0.4, 0.6} {
				rgb[c] *= 1 - k*absorbs
			}
		})
		if state := Look(s.pair()).State; !state.IsIn(Stained) {
			t.Errorf("a ring on a %s is no stain: %.2f", kind, state.Of(Stained))
		}
	}
}

func TestPlacesAreWhereItIs(t *testing.T) {
	s := newShot("form", 41, 41)
	spoilings[Covered](s)
	for _, c := range Look(s.pair()).Conditions {
		if c.Kind != Covered {
			continue
		}
		p := c.Where[0]
		for _, d := range []float64{p.Left - 0.3, p.Top - 0.4, p.Right - 0.6, p.Bottom - 0.7} {
			if math.Abs(d) > 0.05 {
				t.Fatalf("covered is (0.3,0.4)-(0.6,0.7), seen at %+v", p)
			}
		}
		if math.Abs(c.Share-0.09) > 0.03 {
			t.Errorf("9 %% are covered, seen %.1f", 100*c.Share)
		}
		return
	}
	t.Error("nothing is seen to be covered")
}

func TestMirroredAndNegativePhotosAreSaid(t *testing.T) {
	p := newShot("form", 41, 41).pair()
	p.Mirrored, p.Inverted = true, true
	if got := said(Look(p)); !slices.Contains(got, Mirrored) || !slices.Contains(got, DarkMode) {
		t.Errorf("seen is %v", got)
	}
}

func state(of ...any) State {
	var s State
	for i := 0; i < len(of); i += 2 {
		kind, strength := of[i].(Kind), of[i+1].(float64)
		s.set(kind, strength)
		switch kind {
		case Glare:
			s.glare = amount{0.05 * strength, 0.05 * strength}
		case Torn, Stained:
			s.damage = amount{0.05 * strength, 0.05 * strength}
		}
	}
	return s
}

func TestNearest(t *testing.T) {
	plain, glare, torn := State{}, state(Glare, 1.0), state(Torn, 1.0)
	registered := []State{plain, glare, torn}
	for _, c := range []struct {
		photo State
		want  []int
	}{
		{plain, []int{0}},
		{state(Glare, 0.8), []int{1}},
		{state(Torn, 1.0), []int{2}},
		{state(Stained, 1.0), []int{2}},              // damaged in another way
		{state(Glare, 0.9, Blurred, 1.0), []int{1}},  // nobody registered a blurred one
		{state(Covered, 1.0), nil},                   // none of the three
		{state(Blurred, 1.0, Screen, 0.9), []int{0}}, // plain, badly photographed
		{state(Glare, 0.02, Blurred, 0.4), []int{0}}, // nearly nothing
		{state(Glare, 0.5), []int{1}},                // less than registered, and more than in the others
	} {
		t.Run(fmt.Sprint(c.photo), func(t *testing.T) {
			if got := Nearest(&c.photo, registered); !slices.Equal(got, c.want) {
				t.Errorf("nearest are %v, want %v", got, c.want)
			}
		})
	}
}

// A little glare in a registered picture is glare: a photo with much of it is of that one.
func TestNearestOfStatesThatAreHardlySeen(t *testing.T) {
	plain, torn := State{}, state(Torn, 1.0)
	glare := State{glare: amount{0, 0.007}, damage: amount{0, 0.001}}
	photo := state(Glare, 1.0)
	if got := Nearest(&photo, []State{plain, glare, torn}); !slices.Equal(got, []int{1}) {
		t.Errorf("nearest are %v, want the one with a little glare", got)
	}
}

// A tear that is plainly seen is damage, though hardly anything is hinted beside it.
func TestNearestOfAPlainTear(t *testing.T) {
	glare, torn := state(Glare, 1.0), state(Torn, 1.0)
	photo := State{damage: amount{0.024, 0.013}}
	photo.set(Torn, 1)
	if got := Nearest(&photo, []State{{}, glare, torn}); !slices.Equal(got, []int{2}) {
		t.Errorf("nearest are %v, want the torn one", got)
	}
}

func TestAStateIsNamedForWhatThereIsMostOf(t *testing.T) {
	all := []Condition{{Kind: Glare, Share: 0.1}, {Kind: Stained, Share: 0.02}, {Kind: Torn, Share: 0.06}, {Kind: CutOff, Share: 0.3}}
	for i, want := range []float64{1, 0.4, 1, 1} {
		if got := besideOthers(all, &all[i]); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s weighs %v, want %v", all[i].Kind, got, want)
		}
	}
}

func BenchmarkLook(b *testing.B) {
	p := newShot("form", 41, 42).pair()
	for b.Loop() {
		Look(p)
	}
}
