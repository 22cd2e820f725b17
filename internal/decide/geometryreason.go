package decide

import (
	"exemplar/internal/scoremodel"
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"
)

// foundReason says, for instance, "93 % of 118 parts agree; it lies upside down; it
// is another copy than the registered one; it shows other print in 2 places; 1 of 400 look-alikes that nobody registered agrees as well; next
// is id-card/back, of which 12 % agrees".
func foundReason(d *Decision, r rule, p Policy) {
	g := d.Best.Evidence
	share, clause := agreeing(d)
	clauses := []string{clause}
	d.Summary = share + " agrees"
	if lies := lies(g); lies != "" {
		clauses = append(clauses, "it lies "+lies)
	}
	if d.Copy == OtherCopy {
		clauses = append(clauses, "it is another copy than the registered one")
		d.Summary += ", another copy"
	}
	if g.Changes > 0 {
		clauses = append(clauses, "it shows other print in "+regions(g.Changes))
		d.Summary += ", other print in " + regions(g.Changes)
	}
	if g.Written > 0 && g.Changes == 0 {
		clauses = append(clauses, writtenInBlank)
		d.Summary += ", filled in"
	}
	clauses = append(clauses, alikeOnce(d, p))
	switch {
	case r.above != "" && len(r.close) == 1:
		clauses = append(clauses, otherForm(d)+", so the sub-label stays open")
		d.Summary += ", the sub-label is open"
		if g.Illegible != "" {
			clauses = append(clauses, howToReadIt(g.Illegible))
		}
	case len(d.Open) > 0:
		clauses = append(clauses, agreeAlike(r.close)+", so the sub-label stays open")
		d.Summary += ", the sub-label is open"
	}
	if d.Rival != nil && d.Rival.Evidence.Located {
		clauses = append(clauses, p.next(d.Rival))
	}
	d.Reason = strings.Join(clauses, "; ")
}

// agreeing says how much agrees, alone and in a clause. Where all parts of another copy
// agree, since what is other in them is small, it says how much of the print does.
func agreeing(d *Decision) (share, clause string) {
	g := d.Best.Evidence
	if d.Copy == OtherCopy && g.LocallyConsistent == 1 {
		share = percent(1 - g.Changed)
		return share, share + " of the print agrees"
	}
	share = percent(g.LocallyConsistent)
	return share, fmt.Sprintf("%s of %d parts agree", share, g.Comparable)
}

const writtenInBlank = "something is written where the reference is blank"

// next names the best of other answers, and says how much of it agrees. Where most of it
// is not in the picture, because it was found in a corner, all of the rest may agree.
func (p Policy) next(rival *Candidate) string {
	e := rival.Evidence
	if float64(e.Comparable) < p.Calibration.LLRModel.Constants.EnoughSeen*float64(e.Blocks) {
		return fmt.Sprintf("next is %s, of which only %d of %d parts can be compared", rival.Label, e.Comparable, e.Blocks)
	}
	return fmt.Sprintf("next is %s, of which %s agrees", rival.Label, percent(e.LocallyConsistent))
}

// otherForm says why the best is answered with the label above it.
func otherForm(d *Decision) string {
	if why := d.Best.Evidence.Illegible; why != "" {
		return fmt.Sprintf("the picture is %s to tell %s from another %s", why, d.Best.Label, d.Label)
	}
	if d.OtherForm {
		return fmt.Sprintf("it shows another form than %s somewhere: it may be another %s, which is not registered", d.Best.Label, d.Label)
	}
	return fmt.Sprintf("it may be another %s than %s, which is not registered", d.Label, d.Best.Label)
}

// differsReason says, for instance, "it looks like id-card/front/1st-edition, but 31
// of 120 parts differ", "the frame is that of id-card/front, but the inside differs: 31
// of 120 parts differ", or "it is most like id-card/back, but only 40 % agrees, too little to
// prove another copy of it".
func differsReason(d *Decision, competitor *scored) {
	g, label := d.Best.Evidence, d.Best.Label
	const half, most, apart = 0.5, 0.75, 0.2
	switch {
	case g.Comparable == 0:
		d.Basis = BySearch
		d.Summary = "too little of it is in the picture"
		d.Reason = fmt.Sprintf("it is most like %s, but too little of that is in the picture to compare", label)
		return
	case g.LocallyConsistent < half:
		d.Summary = fmt.Sprintf("only %s agrees", percent(g.LocallyConsistent))
		d.Reason = fmt.Sprintf("it is most like %s, but only %s agrees, too little to prove another copy of it", label, percent(g.LocallyConsistent))
	case g.Frame >= most && g.Frame-g.Inside >= apart:
		d.Summary = "the frame agrees, the inside differs"
		d.Reason = fmt.Sprintf("the frame is that of %s, but the inside differs: %s", label, differ(g))
	default:
		d.Summary = fmt.Sprintf("%d of %d parts differ", differing(g), g.Comparable)
		d.Reason = fmt.Sprintf("it looks like %s, but %s", label, differ(g))
	}
	switch f := g.Form; {
	case f == nil:
	case isLetterheadOf(&d.Best, f):
		d.Summary = "only the letterhead agrees"
		d.Reason = fmt.Sprintf("the letterhead is that of %s, and most of the page is print that it lacks: it may be any paper of that company; register one filled in, or say that the contents of %s vary", label, label)
	case f.OtherHead, !f.Strip && showsOtherEmblem(f):
		d.Summary += ", the logo or headline is another"
		d.Reason += "; a logo, a name or a headline is another"
	}
	if competitor != nil {
		d.Reason += fmt.Sprintf("; %s looks like it too; so it may be another one of their kind, which is not registered", competitor.Label)
	}
}

// refusedCopyReason says, for instance, "98 % of id-card/front agrees, but it shows
// other print in 1 place, and only the very same print was asked for (exact)", or "..., but
// the picture is too small to tell copies apart, and its contents are fixed: only the
// same copy is a match; take it again, closer".
func (p Policy) refusedCopyReason(d *Decision) {
	g := d.Best.Evidence
	seen, says, advice := "", "", ""
	switch {
	case g.Under:
		seen = "another document lies on it"
		says, advice = seen, "; take it again, uncovered"
	case g.Changes > 0:
		seen = "other print in " + regions(g.Changes)
		says = "it shows " + seen
	case g.Changed >= muchChanged:
		seen = fmt.Sprintf("%d %% of the print is other", int(math.Round(100*g.Changed)))
		says = "it is another copy: " + seen
	case g.Written > 0:
		seen, says = writtenInBlank, writtenInBlank
	case g.OtherLetters:
		seen = "other small print"
		says = "it shows " + seen
	case g.Recoloured:
		seen = "it is of another colour"
		says = seen
	case mayBeOther(g):
		seen, advice = "too little of it agrees to tell copies apart", "; take it again, closer and sharp"
		says = seen
	}
	if g.Illegible == scoremodel.TooSmall || g.Illegible != "" && seen == "" { // what is seen in a blurred picture is there
		seen = fmt.Sprintf("the picture is %s to tell copies apart", g.Illegible)
		says, advice = seen, "; "+howToReadIt(g.Illegible)
	}
	d.Summary = p.notTheSame() + ": " + seen
	d.Reason = fmt.Sprintf("%s of %s agrees, but %s, and %s", percent(g.LocallyConsistent), d.Best.Label, says, p.onlyTheSame()) + advice
}

// uncomparedReason is refusedCopyReason of what could only be compared as a whole.
func (p Policy) uncomparedReason(d *Decision) {
	const seen = "the picture shows too little to tell copies apart"
	d.Summary = p.notTheSame() + ": " + seen
	d.Reason = fmt.Sprintf("its similarity to %s is %.2f, but %s, and %s; take it again, closer and sharp", d.Best.Label, d.Best.Score, seen, p.onlyTheSame())
}

func (p Policy) notTheSame() string {
	if p.Exact {
		return "not exact"
	}
	return "not the same copy"
}

func (p Policy) onlyTheSame() string {
	if p.Exact {
		return "only the very same print was asked for (exact)"
	}
	return "its contents are fixed: only the same copy is a match"
}

func howToReadIt(i scoremodel.Illegible) string {
	if i == scoremodel.Blurred {
		return "take it again, sharp"
	}
	return "take it again, closer"
}

func regions(n int) string {
	if n == 1 {
		return "1 place"
	}
	return fmt.Sprintf("%d places", n)
}

// differ is, for instance, "31 of 120 parts differ, and 18 % of the print".
func differ(g *scoremodel.Evidence) string {
	differ := fmt.Sprintf("%d of %d parts differ", differing(g), g.Comparable)
	if print := int(math.Round(100 * g.Changed)); print > 0 {
		differ += fmt.Sprintf(", and %d %% of the print", print)
	}
	return differ
}

// notFoundReason says, for instance, "nothing registered was found in it; it is most
// like id-card/back (similarity 0.31)".
func notFoundReason(d *Decision) {
	d.Summary = "nothing registered was found in it"
	d.Reason = fmt.Sprintf("%s; it is most like %s", d.Summary, named(d.Best))
}

// equalReason says that labels cannot be told apart and stand for different things.
func equalReason(d *Decision, close []Candidate) {
	d.Summary = fmt.Sprintf("%d labels agree about equally", len(close))
	if !agreesAlike(close) {
		d.Summary = fmt.Sprintf("it may be each of %d labels", len(close))
	}
	d.Reason = agreeAlike(close) + "; they have no label in common"
}

// agreeAlike names the labels that cannot be told apart.
func agreeAlike(close []Candidate) string {
	names := listed(close, func(c Candidate) string {
		return fmt.Sprintf("%s (%s)", c.Label, percent(c.Evidence.LocallyConsistent))
	})
	if agreesAlike(close) {
		return names + " agree about equally"
	}
	return "what tells " + names + " apart is not seen surely enough"
}

// agreesAlike says that of labels about as much agrees (by eye): where contents differ much may
// agree by chance, and it is another thing that tells them apart or does not.
func agreesAlike(close []Candidate) bool {
	const alike = 0.05
	least, most := 1.0, 0.0
	for _, c := range close {
		least, most = min(least, c.Evidence.LocallyConsistent), max(most, c.Evidence.LocallyConsistent)
	}
	return most-least <= alike
}

// manyAlike is a share of look-alikes that say nothing of a confidence by being so many: by eye.
const manyAlike = 0.05

// alikeOnce says how often something else agrees as well: a look-alike that nobody registered,
// or, where many of these agree as well because contents may differ, and the form decided,
// something unlike it.
func alikeOnce(d *Decision, p Policy) string {
	model := p.Calibration.LLRModel
	if d.LookAlikes > manyAlike && d.ThresholdLLR < model.Threshold(model.LookAlikePrior, p.FPIR, p.Labels) {
		return oneOf(d.FPIR, model.SupportedFPIR(p.Labels)) + " pictures of something else shows as much of its form"
	}
	return oneOf(d.LookAlikes, model.LookAlike.Supported()) + " look-alikes that nobody registered agrees as well"
}

// oneOf says a small rate, and does not claim more than the data support.
func oneOf(rate, supported float64) string {
	if rate < supported {
		return "fewer than 1 of " + humanize.Comma(max(2, onceIn(supported)))
	}
	return "1 of " + humanize.Comma(max(2, onceIn(rate)))
}

// differing is the number of blocks that do not agree.
func differing(e *scoremodel.Evidence) int {
	return int(math.Round((1 - e.LocallyConsistent) * float64(e.Comparable)))
}

// lies says how the document lies, if not upright.
func lies(g *scoremodel.Evidence) string {
	switch g.Turn {
	case 180:
		return "upside down"
	case 90:
		return "turned to the right"
	case 270:
		return "turned to the left"
	}
	return ""
}

// percent rounds a share down, so that only what agrees everywhere is 100 %.
func percent(share float64) string { return fmt.Sprintf("%d %%", int(math.Floor(100*share+1e-9))) }
