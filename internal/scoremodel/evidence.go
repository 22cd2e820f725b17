package scoremodel

import "math"

// Evidence is what was found by looking for a reference in the probe: where it
// lies, and how much of it agrees. It is compared block by block. Shares and
// correlations lie in [0, 1].
type Evidence struct {
	// Verifiable is false where the reference or the probe has too few features
	// to be found by: then only the embedding speaks.
	Verifiable bool
	Located    bool // all that follows is zero otherwise

	Turn     int     // degrees clockwise by which the document lies turned in the photo: 0, 90, 180, 270
	Coverage float64 // share of the reference's parts in which features lie as those of one flat thing would

	Blocks            int     // of the reference; 0 where nobody counted
	Comparable        int     // those of them that could be compared with the photo
	LocallyConsistent float64 // share of the comparable ones that agree where their neighbours say
	CorrelationP10    float64 // a tenth of them correlates less, there
	Frame             float64 // LocallyConsistent of the blocks along the edges
	Inside            float64 // LocallyConsistent of the others
	Changed           float64 // share of the printed content that is other than the reference's
	Changes           int     // regions where it surely is

	Cosine float64 // of the document, cut out and upright, with the reference

	// Personal says that the reference has a machine-readable zone, as a passport has:
	// every copy has another holder.
	Personal bool

	CloseLook

	Form *Form // nil where nobody looked

	// InPhoto are the comparable blocks, where they lie in the photo. They are
	// needed only to tell references apart that lie in the same part of it.
	InPhoto []PhotoBlock
}

// CloseLook is what speaks against the same copy, and is looked at only where no other copy will
// do; zero where nobody looked.
type CloseLook struct {
	Written      int       // cells where the reference is blank and the probe shows writing
	Illegible    Illegible // why contents cannot be read in the photo, as [TooSmall]; empty where they can
	Recoloured   bool      // the print is plainly of other colours than the reference's
	OtherLetters bool      // the probe shows other print in a place as large as a letter
	Under        bool      // another document which was found in the photo lies on this one
}

// Illegible is why contents cannot be read.
type Illegible string

// The reasons.
const (
	TooSmall Illegible = "too small"
	Blurred  Illegible = "too blurred"
)

// Form is how far the probe shows the reference's form: what is printed alike on
// every copy of a kind, whatever is filled in.
type Form struct {
	// Other is how much of another form the probe shows, and Cluster how much of that
	// lies in the place about as large as a word or an emblem that has most: cells of 8
	// pixels.
	Other, Cluster float64
	// Strip says that it is long and narrow, as a till's receipt is: there form moves
	// as the contents grow, so that another form in a place says nothing.
	Strip bool

	// Emblems is the number of the reference's emblems, the large print in its head that
	// is form (internal/emblem), and Emblem the lowest correlation of any with the photo,
	// wherever in the neighbourhood it is: contents that grow push it along the page.
	Emblems int
	Emblem  float64
	// Moved says that one of them lies elsewhere in the photo: then nothing is known of
	// what is about them. Else HeadOther and HeadCluster are Other and Cluster of the head,
	// and Head is how much of the reference's form the photo shows there: cells.
	Moved                        bool
	Head, HeadOther, HeadCluster float64
	// Address says that the probe shows lines of the head, one below the other, that surely are
	// form: whose paper it is, where there is no large print.
	Address bool
	// OtherHead says that the probe shows other print in place of a logo, a name or a
	// headline of the reference, of which every copy has the same.
	OtherHead bool
	// Beside is how many cells the probe has written where the reference is blank, for each
	// of the reference's own print, if that has little, as a letterhead has. Else it is 0.
	Beside float64
	// Contents is the share of the reference's print that is contents of its own.
	Contents float64
	// OwnShown is the share of these contents that the probe shows, where it can be seen.
	OwnShown float64
	// Unsteady says that the reference is no print on plain paper: wear, holograms and
	// portraits look like another form there, so that this speaks for a kind, and not
	// against it.
	Unsteady bool
	// Rows is what the photo shows of a page if its rows may have moved; nil where
	// nobody looked.
	Rows *Rows
	// Over says what the photo shows where the forms of this reference and of another differ.
	Over []FormLead
}

// MayShowName says that the head has large print, and that none of it seems another's: a name by
// which a page is known though its rows have moved.
func (f *Form) MayShowName() bool { return f.Emblems > 0 && !f.OtherHead }

// Rows is what a photo shows of a page if each row of it may lie elsewhere along the page: what is
// filled in pushes the rows below it.
type Rows struct {
	Blank     bool      // nobody has filled in the reference
	Shown     float64   // share of the reference's print
	Undone    *Evidence // as if the rows had not moved
	Name      float64   // correlation of the largest print of the head; 0 if there is none, or another headline
	OtherName bool      // other large print stands in place of some of it
}

// FormLead is what the photo shows where the form of a reference and that of another
// differ: in the place, about as large as a word or an emblem, that has most of it.
type FormLead struct {
	Reference string  // the other
	Own, Its  float64 // print of this one that the other does not have, and the other way round
	Neither   float64 // other print where both have form
	Both      float64 // another form in the photo than both have
	// Colour is the share of places with the colour of this reference, of those where the
	// other has another, less the share with the other's; NoColour that with another colour.
	Colour, NoColour float64
	Recoloured       float64 // the share of places with another colour, of those where both have one
}

// Reversed is what the photo shows of the other reference, of which the first is the other.
func (l FormLead) Reversed(first string) FormLead {
	l.Reference, l.Own, l.Its, l.Colour = first, l.Its, l.Own, -l.Colour
	return l
}

// PhotoBlock is a block of a reference as it lies in the photo.
type PhotoBlock struct {
	X, Y   float32 // of its middle, pixels
	Size   float32 // of its sides, pixels
	Agrees bool    // where its neighbours say, whatever the photo's noise leaves to be expected
}

// HasComparison says that the reference was found, and that there was something to
// compare: a wrong fit may lie on blank paper.
func (e *Evidence) HasComparison() bool { return e.Located && e.Comparable > 0 }

// feature is a figure of the evidence. The higher it is, the more it speaks for the
// reference.
type feature struct {
	name string // in the calibration
	of   func(e *Evidence, c *Constants) float64
}

// features are those that an [LLRModel] may weigh.
var features = []feature{
	{"coverage", func(e *Evidence, _ *Constants) float64 { return min(1, max(0, e.Coverage)) }},
	{"smoothly", func(e *Evidence, c *Constants) float64 { return e.logOdds(e.LocallyConsistent*e.seen(c), c) }},
	{"weak", func(e *Evidence, c *Constants) float64 { return max(0, e.CorrelationP10*e.seen(c)) }},
	{"weak-sharp", func(e *Evidence, c *Constants) float64 { return max(0, e.CorrelationP10*e.seen(c)-0.5) }},
	{"judged", func(e *Evidence, c *Constants) float64 {
		return math.Log(float64(min(c.EnoughBlocks, e.Comparable) + c.EvenBlocks))
	}},
	{"unchanged", func(e *Evidence, c *Constants) float64 {
		return -math.Log(min(1, max(0, e.Changed)) + c.LeastChanged)
	}},
}

func featureNamed(name string) *feature {
	for i := range features {
		if features[i].name == name {
			return &features[i]
		}
	}
	return nil
}

// seen is 1 if enough of the reference could be compared, and less in proportion
// below.
func (e *Evidence) seen(c *Constants) float64 {
	if e.Blocks == 0 {
		return 1
	}
	return min(1, float64(e.Comparable)/(c.EnoughSeen*float64(e.Blocks)))
}

// logOdds is the logarithm of the odds of a share of the comparable blocks, drawn
// towards even: a few blocks say little.
func (e *Evidence) logOdds(share float64, c *Constants) float64 {
	n, even := float64(min(e.Comparable, c.EnoughBlocks)), float64(c.EvenBlocks)
	return math.Log((share*n + even) / ((1-share)*n + even))
}
