package synthdoc

// Example is a document with the label under which it is registered.
type Example struct {
	Label string // empty for a document that is not registered
	Document
}

// Examples returns a small gallery for demonstrations and tests: a label tree
// with two editions of one card, two invoices, and things of other kinds.
func Examples() []Example {
	card := Document{Kind: "id-card", Template: 22, Content: 22, Size: 800}
	second, back := card, card
	second.Edition = 2
	back.Kind = "id-card-back"
	return []Example{
		{"id-card/front/1st-edition", card},
		{"id-card/front/2nd-edition", second},
		{"id-card/back", back},
		{"driving-licence", Document{Kind: "driving-licence", Template: 12, Content: 12, Size: 800}},
		{"invoice/lorvik", Document{Kind: "invoice", Template: 19, Content: 19, Size: 1000}},
		{"invoice/venra", Document{Kind: "invoice", Template: 22, Content: 22, Size: 1000}},
		{"form/application", Document{Kind: "form", Template: 23, Content: 23, Size: 1000}},
		{"ticket/concert", Document{Kind: "ticket", Template: 8, Content: 8, Size: 900}},
		{"banknote/20", Document{Kind: "banknote", Template: 9, Content: 9, Size: 900}},
	}
}

// Stranger returns a document that is in no gallery and looks like one of
// Examples: another edition of the identity card, held by somebody else.
func Stranger() Example {
	d := Examples()[0].Document
	d.Edition = 4
	d.Content = 5
	return Example{Document: d}
}
