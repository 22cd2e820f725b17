package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
	"exemplar/internal/tensorfile"
)

// npy writes a matrix into the session's folder.
func (s *session) npy(name string, rows, columns int, values ...float32) string {
	s.t.Helper()
	data, err := tensorfile.EncodeNpy(tensorfile.NewFloat32(values, rows, columns))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.write(name, data)
}

// labelled writes a type with a blank reference, two variants with a reference and a
// capture each, two other classes, and two strangers. The content of the files does not
// matter to systems that bring their own figures.
func (s *session) labelled() (set, strangers string) {
	for i, name := range []string{"T/T_ref.png", "T/a/a_ref.png", "T/a/one.png", "T/b/b_ref.png", "T/b/one.png", "U/U_ref.png", "U/one.png", "V/V_ref.png", "V/one.png"} {
		s.write("set/"+name, fmt.Append(nil, i))
	}
	s.write("others/x.png", []byte("x"))
	s.write("others/y.png", []byte("y"))
	return s.folder + "/set", s.folder + "/others"
}

// judged runs eval and returns the result of its only system.
func (s *session) judged(args ...string) (mated, other int64, rank1 float64) {
	s.t.Helper()
	out, _ := s.run(0, append([]string{"eval", "--json"}, args...)...)
	var answer struct {
		Sets []struct {
			Verification struct {
				Mated int64 `json:"mated_pairs"`
				Other int64 `json:"non_mated_pairs"`
			}
			Identification struct{ Ranks []float64 }
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatal(err)
	}
	v := answer.Sets[0]
	return v.Verification.Mated, v.Verification.Other, v.Identification.Ranks[0]
}

func TestEvalMatrix(t *testing.T) {
	s := newSession(t)
	set, strangers := s.labelled()
	captures := []float32{ // columns: T, T/a, T/b, U, V
		7, 9, 1, 0, 0, // T/a/one
		6, 9, 8, 0, 2, // T/b/one
		1, 0, 0, 3, 1, // U/one
		0, 0, 0, 1, 5, // V/one
	}
	alone := s.npy("alone.npy", 4, 5, captures...)
	file := s.npy("file.npy", 6, 5, append(captures, 0, 2, 0, 0, 1, 1, 0, 0, 1, 0)...)
	for _, c := range []struct {
		name         string
		args         []string
		mated, other int64
		rank1        float64
	}{
		// A capture of a variant and the blank form count neither way.
		{"leaves", []string{"--matrix", "m=" + alone}, 4, 14, 0.75},
		{"leaves and strangers", []string{"--matrix", "m=" + file, "--strangers", strangers}, 4, 24, 0.75},
		// Only the blank form is left to recognise the type by.
		{"types", []string{"--matrix", "m=" + alone, "--depth", "1"}, 4, 8, 1},
		{"types and strangers", []string{"--matrix", "m=" + file, "--depth", "1", "--strangers", strangers}, 4, 14, 1},
	} {
		mated, other, rank1 := s.judged(append(c.args, set)...)
		if mated != c.mated || other != c.other || rank1 != c.rank1 {
			t.Errorf("%s: %d mated, %d non-mated pairs, rank 1 %.3f; want %d, %d, %.3f", c.name, mated, other, rank1, c.mated, c.other, c.rank1)
		}
	}
	_, said := s.run(2, "eval", set, "--matrix", "m="+file)
	if !strings.Contains(said, "4 captures and 5 references") {
		t.Errorf("a matrix with too many rows: %q", said)
	}
}

func TestEvalVectorsOfStrangers(t *testing.T) {
	s := newSession(t)
	set, strangers := s.labelled()
	vectors := s.npy("set.npy", 9, 2, 1, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, -1, 1, -1, 3, 1, 3, 1)
	others := s.npy("others.npy", 2, 2, -1, 0, 0, -1)
	mated, other, rank1 := s.judged(set, "--protocol", "reference-probe", "--strangers", strangers, "--vectors", "v="+vectors+","+others)
	if mated != 4 || other != 24 || rank1 != 1 {
		t.Errorf("%d mated, %d non-mated pairs, rank 1 %.3f; want 4, 24, 1", mated, other, rank1)
	}
	_, said := s.run(2, "eval", set, "--strangers", strangers, "--vectors", "v="+vectors)
	if !strings.Contains(said, "STRANGERS.npy") {
		t.Errorf("no vectors of the strangers: %q", said)
	}
}

// By default eval judges the product: the answers of a gallery, with labels registered
// and left out.
func TestEvalJudgesTheProduct(t *testing.T) {
	s := newSession(t)
	documents := synthdoc.Examples()[2:6]
	if testing.Short() {
		documents = documents[:2]
	}
	for _, e := range documents {
		s.write("set/"+e.Label+"/scan_ref.jpg", imaging.EncodeJPEG(synthdoc.Draw(e.Document), 95))
		s.write("set/"+e.Label+"/photo.jpg", scanned(e, 0))
	}
	s.write("others/stranger.jpg", scanned(synthdoc.Stranger(), 0))
	s.write("others/tiny.png", imaging.EncodePNG(imaging.NewImage(26, 256))) // is refused, and no reason to stop
	s.write("others/broken.png", []byte("\x89PNG\r\n\x1a\n"))
	type share struct{ Hits, Trials int }
	out, _ := s.run(0, "eval", "--json", "--strangers", s.folder+"/others", s.folder+"/set")
	var answer struct {
		Sets []struct {
			Model          string
			Verification   struct{ AUROC float64 }
			Identification struct{ Ranks []float64 }
			Classification struct{ Captures int }
			Decisions      struct {
				Right, Wrong share
				Accepted     share   `json:"strangers_accepted"`
				Distractors  share   `json:"distractors_accepted"`
				At           []share `json:"right_at_strangers"`
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Sets) != 1 || answer.Sets[0].Model != "exemplar" {
		t.Fatalf("judged %v", answer.Sets)
	}
	n, r := len(documents), answer.Sets[0]
	if r.Verification.AUROC != 1 || r.Identification.Ranks[0] != 1 {
		t.Errorf("light captures, by scores: %+v", r)
	}
	if d := r.Decisions; d.Right != (share{n, n}) || d.Wrong.Hits != 0 || d.Accepted.Trials != n || d.Distractors.Trials != 1 || len(d.At) == 0 || d.At[0].Hits != n {
		t.Errorf("light captures, by decisions: %+v", r.Decisions)
	}
	if r.Classification.Captures != n+3 {
		t.Errorf("answers to %d pictures, want those to %d captures and three strangers", r.Classification.Captures, n)
	}
}

func TestEvalEmbeddingAlone(t *testing.T) {
	s := newSession(t)
	for _, e := range synthdoc.Examples()[2:4] {
		s.write("set/"+e.Label+"/one.jpg", imaging.EncodeJPEG(synthdoc.Draw(e.Document), 95))
		s.write("set/"+e.Label+"/two.jpg", scanned(e, 0))
	}
	out, _ := s.run(0, "eval", "--embedding", s.folder+"/set")
	if !strings.Contains(out, "exemplar, embedding") || strings.Contains(out, "strangers accepted") {
		t.Errorf("the network alone: %s", out)
	}
	// Without a reference nothing can be registered: no figure, but what to do.
	out, _ = s.run(1, "eval", s.folder+"/set")
	if !strings.Contains(out, "_ref") || strings.Contains(out, "0.0") {
		t.Errorf("without references: %s", out)
	}
}
