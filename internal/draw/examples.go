package draw

// Example is a document with the label under which it is registered.
type Example struct {
	Label string // empty for a stranger, which is to be registered nowhere
	Document
}

// Examples returns a small gallery for demonstrations and tests: a label tree
// with two editions of one card, two invoices, and things of other kinds.
func Examples() []Example {
	first := Document{Kind: "id-card", Template: 12, Content: 4, Size: 800}
	second := first
	second.Edition = 2
	return []Example{
		{"id-card/front/1st-edition", first},
		{"id-card/front/2nd-edition", second},
		{"id-card/back", Document{Kind: "id-card-back", Template: 12, Content: 4, Size: 800}},
		{"driving-licence", Document{Kind: "driving-licence", Template: 9, Content: 7, Size: 800}},
		{"invoice/monthly", Document{Kind: "invoice", Template: 4, Content: 5, Size: 1000}},
		{"form/application", Document{Kind: "form", Template: 10, Content: 6, Size: 1000}},
		{"ticket/concert", Document{Kind: "ticket", Template: 16, Content: 3, Size: 900}},
		{"banknote/20", Document{Kind: "banknote", Template: 13, Content: 2, Size: 900}},
	}
}

// Stranger returns a document that is in no gallery and looks like one of
// Examples: a third edition of the identity card, held by somebody else.
func Stranger() Example {
	d := Examples()[0].Document
	d.Edition = 3
	d.Content = 40
	return Example{Document: d}
}
