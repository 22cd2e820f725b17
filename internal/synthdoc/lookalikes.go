package synthdoc

// LookAlikes returns documents that share most of what is printed on d and are of another
// kind, by the name of what they are: "issuer" (another company, shop, authority or state
// prints the same design, under its own name and with its own emblem), and "paper" (the
// same company's paper with another headline) of what has one. Their contents are those of
// content.
func LookAlikes(d Document, content uint64) map[string]Document {
	issuer, paper := d, d
	issuer.Content, paper.Content = content, content
	issuer.Issuer = issuerWithEmblem(d)
	alike := map[string]Document{"issuer": issuer}
	switch d.Kind {
	case "invoice", "bill", "statement":
		paper.Headline = d.Headline + 1 + int(d.Template%(headlines-1))
		alike["paper"] = paper
	}
	return alike
}

// issuerWithEmblem is the first other issuer that has another emblem.
func issuerWithEmblem(d Document) int {
	for issuer := d.Issuer + 1; ; issuer++ {
		if issuerChanges(issuerSeed(d.Template, issuer), "logo") {
			return issuer
		}
	}
}

// headlines is the number of papers of one company.
const headlines = 1 + termOffer - termDelivery + 1

// headline is what stands above a paper: first, or that of another paper of the company.
func (s *sheet) headline(first int) string {
	if other := s.doc.Headline % headlines; other > 0 {
		return s.term(termDelivery + other - 1)
	}
	return s.term(first)
}
