package recognise

import (
	"strings"
	"testing"

	"exemplar/internal/capturesim"
	"exemplar/internal/decide"
	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// darkened is a picture in a share of its light.
func darkened(m *imaging.Image, share float64) *imaging.Image {
	out := imaging.NewImage(m.W, m.H)
	for i, v := range m.Pix {
		out.Pix[i] = byte(share * float64(v))
	}
	return out
}

// softened is a picture out of focus.
func softened(m *imaging.Image, passes int) *imaging.Image {
	small := imaging.FitWithin(m, max(m.W, m.H)/passes)
	return imaging.Resize(small, m.W, m.H)
}

// A document in a dark photo is recognised as in a light one.
func TestDarkPhotosAreRecognised(t *testing.T) {
	papertest.SkipLong(t)
	g, pictures := engineOf(t, "cover", "form", "receipt")
	plain := capturesim.Plain()
	plain.SizeMin, plain.SizeMax = 0.7, 0.8
	for kind, document := range pictures {
		photo := capturesim.Scene(document, nil, plain, 5).Image
		for _, light := range []float64{0.2, 0.1} {
			if d := recognised(t, g, darkened(photo, light), Options{}).Findings[0].Decision; d.Outcome != decide.Match || string(d.Label) != kind {
				t.Errorf("%s in %v of the light: %s %q (%s)", kind, light, d.Outcome, d.Label, d.Reason)
			}
		}
	}
}

// An unknown picture that is dark, blurred or too small is said to be, before all else; a good
// picture of a stranger is not.
func TestUnknownSaysWhatIsWrongWithThePicture(t *testing.T) {
	g, _ := engineOf(t, "form", "id-card")
	for _, kind := range []string{"letter", "banknote"} {
		stranger := drawn(synthdoc.Document{Kind: kind, Template: 9, Content: 9, Size: 700})
		for want, m := range map[string]*imaging.Image{
			"the picture is dark": darkened(stranger, 0.2), "the picture is blurred": softened(stranger, 12),
			"the picture is too small": imaging.FitWithin(stranger, 120), "the picture is dark and too small": imaging.FitWithin(darkened(stranger, 0.2), 120), "": stranger,
		} {
			d := recognised(t, g, m, Options{}).Findings[0].Decision
			if d.Outcome != decide.Unknown || want == "" && strings.Contains(d.Reason, "the picture is") || !strings.HasPrefix(d.Summary, want) || !strings.HasPrefix(d.Reason, want) {
				t.Errorf("%s, %q: %s, %q, %q", kind, want, d.Outcome, d.Summary, d.Reason)
			}
		}
	}
}
