package recognise

import (
	"strings"

	"exemplar/internal/decide"
	"exemplar/internal/label"
)

// heedNegatives makes a match with a negative (see [label.NegativePrefix]) what it means:
// the picture shows something that a person said not to be a kind, so it is unknown. The
// confidence stays: it is as sure that it is none of the kinds as that it is the negative.
func heedNegatives(d *decide.Decision) {
	if of, negative := d.Label.Negative(); negative && d.Outcome == decide.Match {
		d.Outcome, d.Label, d.Open, d.Copy = decide.Unknown, "", nil, ""
		d.Summary = "looks like what was said not to be " + string(of)
		if of == "" {
			d.Summary = "looks like what was said to be something else"
		}
		d.Reason = d.Summary + "; " + d.Reason
	}
	d.Summary, d.Reason = inWords(d.Summary), inWords(d.Reason)
}

// inWords writes labels of negatives for people.
func inWords(text string) string {
	return strings.ReplaceAll(text, label.NegativePrefix, "what is not ")
}
