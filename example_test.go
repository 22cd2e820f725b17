package exemplar_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"exemplar"
)

// Register one picture of each document and recognise another picture of one.
func Example() {
	folder, err := os.MkdirTemp("", "exemplar")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()

	g, err := exemplar.Open(filepath.Join(folder, "documents.gallery"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	registered, err := g.Register(ctx, []exemplar.Item{
		{Label: "form/application", Source: "form.png", Picture: exemplar.FromBytes(drawn("form"))},
		{Label: "ticket/concert", Source: "ticket.png", Picture: exemplar.FromBytes(drawn("ticket"))},
	}, exemplar.RegisterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range registered {
		fmt.Println(r.Label, r.Outcome)
	}

	result, err := g.Classify(ctx, exemplar.FromBytes(drawn("ticket")), exemplar.ClassifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Answer().Decision, result.Answer().Label)

	result, err = g.Classify(ctx, exemplar.FromBytes(drawn("banknote")), exemplar.ClassifyOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Answer().Decision)
	// Output:
	// form/application registered
	// ticket/concert registered
	// match ticket/concert
	// unknown
}

// A label is a path; a parent's references and its sub-labels are registered
// alike, and renamed, removed and listed together.
func ExampleGallery_List() {
	folder, err := os.MkdirTemp("", "exemplar")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	ctx := context.Background()
	g, err := exemplar.Open(filepath.Join(folder, "documents.gallery"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		log.Fatal(err)
	}
	defer g.Close()
	_, err = g.Register(ctx, []exemplar.Item{
		{Label: "card/front", Source: "front.png", Picture: exemplar.FromBytes(drawn("id-card"))},
		{Label: "card/back", Source: "back.png", Picture: exemplar.FromBytes(drawn("id-card-back"))},
	}, exemplar.RegisterOptions{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := g.Rename(ctx, "card", "id-card"); err != nil {
		log.Fatal(err)
	}
	references, err := g.List(ctx, "id-card")
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range references {
		fmt.Println(r.Label, r.Source)
	}
	// Output:
	// id-card/back back.png
	// id-card/front front.png
}
