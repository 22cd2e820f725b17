package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/dataset"
	"exemplar/internal/decide"
	"exemplar/internal/eval"
	"exemplar/internal/eval/harness"
	"exemplar/internal/imaging"
)

func TestFamilies(t *testing.T) {
	for _, c := range []struct{ set, label, want string }{
		{"kinds_forms", "irs_f1040/2020", "irs_f1040"},
		{"kinds_invoices", "reconinvoice_beta", "reconinvoice"},
		{"kinds_invoices", "receipt_mrdiy_m", "receipt"},
		{"kinds_identity", "syn_pp_td3_a_front", "syn_pp_td3_a"},
		{"another", "tree/of_labels", "tree"},
	} {
		if got := familyOf(c.set)(c.label); got != c.want {
			t.Errorf("%s in %s: family %q, want %q", c.label, c.set, got, c.want)
		}
	}
}

func TestPartsCoverTheirSet(t *testing.T) {
	for set, probes := range map[string][]eval.Probe{
		"kinds_invoices": {{Label: "receipt_aeon"}, {Label: "walmart_store_lowprices"}, {Label: "walmart_order"}, {Label: "acme_payslip"}},
		"kinds_forms":    {{Path: "a/b/real1.webp"}, {Path: "a/b/photo2.webp"}},
	} {
		for _, p := range probes {
			n := 0
			for _, part := range partsOf(set) {
				if part.has(p) {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%+v of %s is in %d parts", p, set, n)
			}
		}
	}
	if isReceipt(eval.Probe{Label: "walmart_order"}) || !isReceipt(eval.Probe{Label: "rewe_ebon"}) {
		t.Error("an order is a page, a till's slip a receipt")
	}
}

// someProbes are a right answer, a stranger taken for another edition, and one that
// was not recognised.
func someProbes() []eval.Probe {
	match := func(label string) eval.Lookup {
		return eval.Lookup{Answer: eval.Answer{Outcome: decide.Match, Label: label}, Best: label, Sure: 1}
	}
	unknown := eval.Lookup{Answer: eval.Answer{Outcome: decide.Unknown}, Best: "form/2023"}
	return []eval.Probe{
		{Path: "form/2023/1.png", Label: "form/2023", Registered: match("form/2023"), LeftOut: match("form/2024"), HasRelative: true},
		{Path: "form/2024/1.png", Label: "form/2024", Registered: unknown, LeftOut: unknown, HasRelative: true},
	}
}

func TestDocument(t *testing.T) {
	m := &measured{References: &harness.References{Name: "some"}, family: eval.FirstPart, one: someProbes(), same: someProbes(), two: someProbes()}
	text := document([]*measured{m}, settings{fpir: 0.01, references: 2})
	for _, want := range []string{"| **some** | 2 | 2 | 50.0 ", "| some, even | 0 | 0 | - |", "| some | 2 | 2 | 50.0 ", "of 2 |", "## A second reference"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "%!") {
		t.Error(text)
	}
}

func TestPageShowsTheWorstErrors(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"form/2023/x_ref.png", "form/2024/x_ref.png", "form/2023/1.png"} {
		file := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, imaging.EncodePNG(imaging.NewImage(40, 30)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := &measured{
		References: &harness.References{Name: "some", Folder: &dataset.Folder{Root: root}, Registered: []dataset.Sample{
			{Path: "form/2023/x_ref.png", Label: "form/2023"}, {Path: "form/2024/x_ref.png", Label: "form/2024"},
		}},
		family: eval.FirstPart, one: someProbes(),
	}
	file := filepath.Join(root, "page.html")
	if err := writePage(file, []*measured{m}, 10); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	first, second := strings.Index(text, "1. stranger accepted, of the same family: match form/2024"), strings.Index(text, "2. not recognised: unknown")
	if first < 0 || second < first {
		t.Errorf("the errors are not there, or not in order:\n%s", text)
	}
	// The capture of the second error is missing; the page is there nevertheless.
	if n := strings.Count(text, "data:image/jpeg;base64,"); n != 5 {
		t.Errorf("%d pictures, want 5", n)
	}
	if strings.Contains(text, "ZgotmplZ") {
		t.Error("a picture was thrown out")
	}
}

func TestLookAlikeDocument(t *testing.T) {
	match := eval.Lookup{Answer: eval.Answer{Outcome: decide.Match, Label: "bill-001"}, Best: "bill-001", Sure: 1}
	unknown := eval.Lookup{Answer: eval.Answer{Outcome: decide.Unknown}, Best: "bill-001"}
	text := lookAlikeDocument([]eval.Probe{
		{Path: "bill-001/same/photo.jpg", Label: "bill-001", Registered: unknown},
		{Path: "bill-001/own/scan.jpg", Label: "bill-001", Registered: match},
		{Path: "bill-001/issuer/scan.jpg", Label: "bill-001-issuer", LeftOut: unknown, HasRelative: true},
		{Path: "bill-001/paper/photo.jpg", Label: "bill-001-paper", LeftOut: match, HasRelative: true},
		{Path: "letter-002-blank/letterhead/scan.jpg", Label: "letter-002-blank-letterhead", LeftOut: unknown, HasRelative: true},
	}, settings{fpir: 0.01, drawn: drawnSettings{documents: 2}})
	for _, want := range []string{"| bill | 1 | 0.0 ", "| 1 | 100.0 [20.7-100.0] | 1 | 0.0 ", "| 1 | 0.0 [0.0-79.3] | 1 | 100.0 ", "Of 1 captures of letters"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "NaN") || strings.Contains(text, "%!") {
		t.Error(text)
	}
}
