package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"exemplar/internal/eval"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// Each number has a name of its own, missed pictures are counted, and the mark is
// explained.
func TestEvalNamesItsNumbers(t *testing.T) {
	share := eval.Share{Rate: 0.5, Low: 0.2, High: 0.8, Hits: 1, Trials: 2}
	point := eval.OpenPoint{Protocol: eval.OwnClassOut, Target: 0.01, FNIR: 0.9, Low: 0.8, High: 1}
	result := eval.Result{
		Name: "set", Model: "exemplar", Images: 4,
		Verification:   &eval.Verification{Points: []eval.Point{{Target: weakRate, TPR: 0.3}}},
		Identification: &eval.Identification{Ranks: []float64{0.7}, Open: []eval.OpenPoint{point}},
		Decisions:      &eval.OpenSet{Probes: 2, Labels: 2, Missed: share, AtStrangers: []eval.RightAt{{Target: 0.01, Share: share}}},
	}
	var out bytes.Buffer
	if err := printResults(&out, []*eval.Result{&result}, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"no label (unknown, ambiguous or refused)       50.0", "right, if 1 % of those strangers", "right by score at 1 %", "* too few pairs"} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("%q does not stand once in\n%s", want, out.String())
		}
	}
	result.Verification.Points[0].Supported = true
	out.Reset()
	if err := printResults(&out, []*eval.Result{&result}, nil); err != nil || strings.Contains(out.String(), "*") {
		t.Errorf("%v: a mark in\n%s", err, out.String())
	}
}

// The printed 30,000 is the number of pairs that supports the rate: 3/rate.
func TestWeakRateTakesThirtyThousandPairs(t *testing.T) {
	if needed := 3 / weakRate; needed < 29_999.5 || needed > 30_000.5 {
		t.Errorf("it takes %v", needed)
	}
}

// For a set of references alone eval says what is missing.
func TestEvalWithoutCaptures(t *testing.T) {
	s := newSession(t)
	e := synthdoc.Examples()[2]
	s.write("set/"+e.Label+"/scan_ref.jpg", imaging.EncodeJPEG(synthdoc.Draw(e.Document), 95))
	out, said := s.run(exitPartly, "eval", filepath.Join(s.folder, "set"))
	if !strings.Contains(out, "nothing could be looked up") {
		t.Errorf("said %q, %q", out, said)
	}
}
