package decide

import (
	"math"

	"exemplar/internal/scoremodel"
)

// muchBeside is how many times its own print is written where a letterhead is blank, from
// which on the page is another paper of the company, or may be. Of drawn letterheads filled
// pages have 2 to 6, blurred and short ones less, of blank forms filled ones 0.1 at most.
const muchBeside = 0.25

// heedHead keeps what agrees from being the kind of the best where its head is another: the
// answer is the label above, if there is one. So it is where the best is a letterhead alone,
// and nobody said that what stands below may be anything. The head of a blank form may have
// moved with its other rows.
func (p Policy) heedHead(ranked []scored, r rule) rule {
	best := &ranked[0]
	if p.WantsSameCopy(&best.Candidate) || best.llr < r.threshold || r.above != "" || !isOtherPaper(&best.Candidate) || p.showsRows(&best.Candidate) {
		return r
	}
	if r.above = p.family(ranked); r.above == "" {
		// As sure as that a region shows other print: of a glaring or a bent head it is not true.
		r.threshold = best.llr - math.Log(changeCertainty/(1-changeCertainty))/p.Calibration.LLRModel.LookAlike.Slope
	}
	return r
}

// isOtherPaper says that the head of a candidate, or all but its head, is other.
func isOtherPaper(c *Candidate) bool {
	f := c.Evidence.Form
	return f != nil && (f.OtherHead || showsOtherName(c.Evidence) || isLetterheadOf(c, f))
}

func isLetterheadOf(c *Candidate, f *scoremodel.Form) bool {
	return !c.Varies && f.Beside >= muchBeside
}
