package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/explain"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// On a terminal a line fits the width, whatever the names are, and its clause is whole.
// Elsewhere, and with --verbose, nothing is shortened.
func TestLinesFitTheTerminal(t *testing.T) {
	long := strings.Repeat("a very long folder/", 8) + "名刺 of somebody.jpg"
	label := "identity-documents/driving-licences/front/second-edition-of-2019"
	candidates := []exemplar.Candidate{{Label: label, Confidence: 0.9, Reference: "R1"}, {Label: label + "/other", Confidence: 0.08, Reference: "R2"}}
	changed := &exemplar.Geometry{Changes: make([][4][2]float64, 3)}
	const summary = "88 % agrees, other print in 3 places"
	for _, c := range []struct {
		name    string
		answer  exemplar.Answer
		want    string // on 100 columns, beside a short name
		clauses []string
	}{
		{"match", exemplar.Answer{Decision: exemplar.Match, Label: "card", Confidence: 0.93, Summary: summary, Basis: exemplar.ByGeometry, Geometry: changed, Candidates: candidates},
			" 93 %  88 % agrees, other print in 3 places", []string{summary, "other print in 3 places", "other print"}},
		{"long match", exemplar.Answer{Decision: exemplar.Match, Label: label, Confidence: 1, Rotation: 90, Summary: summary, Basis: exemplar.ByGeometry, Geometry: changed},
			"100 %  88 % agrees, other print in 3 places", []string{summary, summary + ", turned 90", "other print in 3 places", "other print"}},
		{"open", exemplar.Answer{Decision: exemplar.Match, Label: "card", Open: []string{"a", "b"}, Summary: "40 % agrees, the sub-label is open", Basis: exemplar.ByGeometry},
			"the sub-label is open", []string{"40 % agrees, the sub-label is open", "the sub-label is open", "sub-label open"}},
		{"several", exemplar.Answer{Decision: exemplar.Match, Label: "card", Open: []string{"a", "b"}, Summary: "40 % agrees, the sub-label is open, 3 documents here (--all)", Basis: exemplar.ByGeometry},
			"3 documents here (--all)", []string{"40 % agrees, the sub-label is open, 3 documents here (--all)", "3 documents here (--all)", "more by --all"}},
		{"not exact", exemplar.Answer{Decision: exemplar.Unknown, Summary: "not exact: other print in 3 places", Basis: exemplar.ByExact, Geometry: changed},
			"not exact: other print in 3 places", []string{"not exact: other print in 3 places", "not exact"}},
		{"turned", exemplar.Answer{Decision: exemplar.Match, Label: "card", Rotation: 90, Inverted: true, Summary: "88 % agrees, the picture looks like a negative", Basis: exemplar.ByGeometry,
			Conditions: []exemplar.Condition{{Kind: "dark-mode"}}},
			"88 % agrees, the picture looks like a negative, turned 90", []string{"88 % agrees, the picture looks like a negative, turned 90", "88 % agrees, the picture looks like a negative", "most of it agrees", "it agrees"}},
		{"alike", exemplar.Answer{Decision: exemplar.Match, Label: "card", Summary: "similarity 0.95, 0.89 is enough", Basis: exemplar.ByEmbedding},
			"the whole picture looks like it", []string{"the whole picture looks like it", "similar enough"}},
		{"unlike", exemplar.Answer{Decision: exemplar.Unknown, Summary: "similarity 0.31, 0.47 is needed", Basis: exemplar.ByEmbedding},
			"nothing registered looks enough like it", []string{"nothing registered looks enough like it", "not similar enough"}},
		{"inside", exemplar.Answer{Decision: exemplar.Unknown, Summary: "the frame agrees, the inside differs", Basis: exemplar.ByGeometry},
			"the inside differs", []string{"the frame agrees, the inside differs", "not enough agrees"}},
		{"not exact", exemplar.Answer{Decision: exemplar.Unknown, Summary: "not exact: other print in 3 places", Basis: exemplar.ByExact, Geometry: changed},
			"not exact: other print in 3 places", []string{"not exact: other print in 3 places", "not exact"}},
		{"several", exemplar.Answer{Decision: exemplar.Match, Label: "card", Summary: summary + ", 3 documents here (--all)", Basis: exemplar.ByGeometry, Geometry: changed},
			"3 documents here (--all)", []string{summary + ", 3 documents here (--all)", "3 documents here (--all)", "more by --all"}},
		{"not found", exemplar.Answer{Decision: exemplar.Unknown, Summary: "nothing registered was found in it", Basis: exemplar.BySearch},
			"nothing registered was found in it", []string{"nothing registered was found in it", "too little found"}},
		{"unknown", exemplar.Answer{Decision: exemplar.Unknown, Confidence: 0.7, Summary: "41 of 98 parts differ", Basis: exemplar.ByGeometry, Candidates: candidates},
			" 70 %  41 of 98 parts differ", []string{"41 of 98 parts differ, nearest " + label, "41 of 98 parts differ", "not enough agrees"}},
		{"short unknown", exemplar.Answer{Decision: exemplar.Unknown, Summary: "it differs", Candidates: []exemplar.Candidate{{Label: "card"}}},
			"it differs, nearest card", []string{"it differs, nearest card", "it differs"}},
		{"ambiguous", exemplar.Answer{Decision: exemplar.Ambiguous, Summary: "2 labels", Candidates: []exemplar.Candidate{{Label: "a"}, {Label: "b"}}}, "a or b", []string{"2 labels, a or b", "2 labels"}},
		{"nothing", exemplar.Answer{Decision: exemplar.Unknown, Summary: "nothing is registered"}, "nothing is registered", []string{"nothing is registered", "nothing found"}},
	} {
		for _, name := range []string{"a.jpg", long} {
			for width := fewestColumns; width <= 200; width += 7 {
				line := strings.TrimSuffix(printed(t, width, name, c.answer, false), "\n")
				if n := columns(line); n > width || strings.Contains(line, "\n") {
					t.Errorf("%s: %d columns of %d: %s", c.name, n, width, line)
				}
				if !slices.ContainsFunc(c.clauses, func(whole string) bool { return strings.HasSuffix(line, "%  "+whole) }) {
					t.Errorf("%s: on %d columns the clause is none of %q: %s", c.name, width, c.clauses, line)
				}
			}
			for _, want := range []string{name, c.answer.Label, explain.Summary(c.answer.Summary)} {
				if line := printed(t, 0, name, c.answer, false); !strings.Contains(line, want) || strings.Contains(line, "...") {
					t.Errorf("%s: to a file: %q is not in %s", c.name, want, line)
				}
			}
			for _, want := range []string{name, c.answer.Label, c.answer.Reason} {
				if full := printed(t, 100, name, c.answer, true); !strings.Contains(full, want) {
					t.Errorf("%s: %q is not in the longer form %s", c.name, want, full)
				}
			}
		}
		if line := printed(t, 100, "a.jpg", c.answer, false); !strings.Contains(line, c.want) {
			t.Errorf("%s: %q is not in %s", c.name, c.want, line)
		}
	}
}

// The states in which a document was seen stay in the line of a terminal, however long the
// names are: some sort by them.
func TestLinesKeepTheStates(t *testing.T) {
	states := func(kinds ...string) (all []exemplar.Condition) {
		for _, kind := range kinds {
			all = append(all, exemplar.Condition{Kind: kind})
		}
		return all
	}
	const summary = "65 % agrees, another copy, other print in 4 places"
	changed := &exemplar.Geometry{Changes: make([][4][2]float64, 4)}
	match := exemplar.Answer{Decision: exemplar.Match, Label: "card/damaged", Confidence: 0.69, Copy: "other", Summary: summary, Rotation: 90, Basis: exemplar.ByGeometry, Geometry: changed}
	open, several, exact := match, match, match
	open.Open, open.Summary = []string{"a", "b"}, summary+", the sub-label is open"
	several.Summary = summary + ", 3 documents here (--all)"
	exact.Decision, exact.Label, exact.Basis, exact.Summary = exemplar.Unknown, "", exemplar.ByExact, "not exact: other print in 4 places"
	same, unchanged := match, match
	same.Copy, same.Geometry, same.Summary = "same", &exemplar.Geometry{}, "99 % agrees"
	unchanged.Geometry, unchanged.Summary = &exemplar.Geometry{}, "46 % agrees, another copy"
	long := strings.Repeat("folder/", 8) + "other-damaged.jpg"
	for _, c := range []struct {
		name       string
		answer     exemplar.Answer
		conditions []exemplar.Condition
		at80       string
	}{
		{"match", match, states("torn"), "other print in 4 places, torn"},
		{"match, two states", match, states("glare", "torn"), "other print, glare, torn"},
		{"another copy", unchanged, states("glare", "blurred"), "another copy, glare, blurred"},
		{"the same copy", same, states("too-small"), "99 % agrees, too small"},
		{"open", open, states("torn"), "the sub-label is open, torn"},
		{"several", several, states("cut-off"), "more by --all, cut off"},
		{"not exact", exact, states("too-small"), "not exact, too small"},
	} {
		c.answer.Conditions = c.conditions
		if line := printed(t, 80, "other-damaged.jpg", c.answer, false); !strings.HasSuffix(line, "%  "+c.at80+"\n") {
			t.Errorf("%s: want %q in %s", c.name, c.at80, line)
		}
		for width := 80; width <= 200; width += 7 {
			if line := printed(t, width, long, c.answer, false); !strings.Contains(line, ", "+explain.Kind(c.conditions[0].Kind)) {
				t.Errorf("%s: on %d columns the state is missing: %s", c.name, width, line)
			}
		}
	}
}

// An unknown that would be a match for most is no "unknown, 1 %": nobody can read that.
func TestUnsureAnswersNameWhatIsProbable(t *testing.T) {
	a := exemplar.Answer{Decision: exemplar.Unknown, Confidence: 0.013, Basis: exemplar.ByGeometry, Summary: "26 of 109 parts differ",
		Reason: "it looks like hartmann, but 26 of 109 parts differ", Candidates: []exemplar.Candidate{{Label: "hartmann", Confidence: 0.986}}}
	want := "probably hartmann (98 %), too unsure for this --fpir"
	for width, want := range map[int]string{0: want + ", 26 of 109 parts differ", 100: want, 70: "too unsure"} {
		if line := printed(t, width, "a.jpg", a, false); !strings.Contains(line, want) || strings.Contains(line, " 1 %") {
			t.Errorf("on %d columns: %s", width, line)
		}
	}
	if full := printed(t, 0, "a.jpg", a, true); !strings.Contains(full, want) || !strings.Contains(full, "98.6 %") {
		t.Errorf("everything: %s", full)
	}
	if reason := reasonOf(a); !strings.HasPrefix(reason, want+"; it looks like") {
		t.Errorf("in a table: %q", reason)
	}
	a.Confidence = 0.55
	if line := printed(t, 0, "a.jpg", a, false); !strings.Contains(line, " 55 %  26 of") {
		t.Errorf("at evens: %s", line)
	}
}

// Columns stand below each other after long names, and after those in archives, which nobody knew.
func TestColumnsStandBelowEachOther(t *testing.T) {
	var out bytes.Buffer
	long := strings.Repeat("folder/", 10) + "a.jpg"
	p := newTextPrinter(&out, 0, []input{{name: "a.zip"}, {name: long}}, 4, false)
	a := exemplar.Answer{Decision: exemplar.Match, Label: "card", Confidence: 0.9, Summary: "all agrees"}
	member := a
	member.Member = strings.Repeat("m", 90) + ".jpg"
	for _, one := range []struct {
		name string
		exemplar.Answer
	}{{"a.zip", a}, {long, a}, {"a.zip", member}, {"a.zip", a}} {
		if err := p.print(one.name, one.Answer); err != nil {
			t.Fatal(err)
		}
	}
	var at []int
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		at = append(at, strings.Index(line, "match"))
	}
	if at[0] != at[1] || at[2] != at[3] {
		t.Errorf("the decisions stand at %v:\n%s", at, out.String())
	}
}

// The reason and the advice about a refused picture are printed even on the narrowest
// terminal.
func TestRefusedSaysWhatToDo(t *testing.T) {
	refused := exemplar.Answer{Decision: exemplar.Refused, Summary: "it is a PDF: save its pages as PNG or JPEG (pdftoppm -r 150 -png FILE page)"}
	for width, want := range map[int]string{0: refused.Summary, 60: "it is a PDF: save its pages as PNG or JPEG", 200: refused.Summary} {
		if line := printed(t, width, "a.pdf", refused, false); !strings.HasSuffix(line, "refused    "+want+"\n") {
			t.Errorf("on %d columns: %s", width, line)
		}
	}
}

// printed returns the output for one answer.
func printed(t *testing.T, width int, name string, a exemplar.Answer, verbose bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := newTextPrinter(&out, width, []input{{name: name}}, columns(a.Label), verbose).print(name, a); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Confidence is rounded down, in every form.
func TestConfidenceIsRoundedDown(t *testing.T) {
	for confidence, want := range map[float64][2]string{0.98999: {"98 %", "98.9 %"}, 0.9999: {"99 %", "99.9 %"}, 0.29: {"29 %", "29.0 %"}, 0.57: {"57 %", "57.0 %"}, 1: {"100 %", "100.0 %"}} {
		a := exemplar.Answer{Decision: exemplar.Match, Label: "card", Confidence: confidence, Candidates: []exemplar.Candidate{{Label: "card", Confidence: confidence}}}
		if line := printed(t, 0, "a.jpg", a, false); !strings.Contains(line, " "+want[0]) {
			t.Errorf("%v: %s", confidence, line)
		}
		if full := printed(t, 0, "a.jpg", a, true); strings.Count(full, " "+want[1]) != 2 {
			t.Errorf("%v: %s", confidence, full)
		}
	}
}

// No name becomes a formula in a spreadsheet, which reads the file as UTF-8.
func TestCSVIsSafeInSpreadsheets(t *testing.T) {
	var out bytes.Buffer
	p := newCSVPrinter(&out)
	for _, name := range []string{"=1+1.jpg", "+a.jpg", "-b.jpg", "@c.jpg", "名刺.jpg"} {
		llr := exemplar.Geometry{LLR: -0.5}
		if err := p.print(name, exemplar.Answer{Decision: exemplar.Match, Label: name, Member: name, Geometry: &llr, Reason: name}); err != nil {
			t.Fatal(err)
		}
	}
	said, marked := strings.CutPrefix(out.String(), "\uFEFF")
	if !marked || strings.Contains(said, "\uFEFF") {
		t.Errorf("the byte order mark does not stand at the beginning alone: %q", out.String())
	}
	rows, err := csv.NewReader(strings.NewReader(said)).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		for _, column := range []int{0, 1, 4, 11} {
			if strings.ContainsAny(row[column][:1], "=+-@") {
				t.Errorf("a cell holds %q", row[column])
			}
		}
		if row[8] != "-0.5" {
			t.Errorf("a number is %q", row[8])
		}
	}
	if rows[1][0] != "'=1+1.jpg" || rows[5][0] != "名刺.jpg" {
		t.Errorf("names %q and %q", rows[1][0], rows[5][0])
	}
}

// If nothing can be drawn, the answer is still printed.
func TestAnswersWithoutADrawing(t *testing.T) {
	papertest.SkipUnderRace(t)
	s := newSession(t)
	s.registered()
	drawn := filepath.Join(s.folder, "why.png")
	good, broken := s.write("good.jpg", scanned(synthdoc.Examples()[3], 0)), s.write("broken.jpg", []byte("no picture"))
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"a refused picture", "refused", []string{broken}},
		{"geometry off", "match", []string{good, "--geometry", "off"}},
	} {
		out, said := s.inGallery(exitPartly, append([]string{"classify", "--explain", drawn}, c.args...)...)
		if !strings.Contains(out, c.want) || !strings.Contains(said, "is not drawn") {
			t.Errorf("%s: said %q, %q", c.name, out, said)
		}
	}
	full := "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("no device that is full")
	}
	out, _ := s.inGallery(exitFailed, "classify", good, "--explain", full)
	if !strings.Contains(out, "match") {
		t.Errorf("a drawing that cannot be written took the answer with it: %q", out)
	}
}
