package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/imaging"
)

// drawn is a picture file that differs by its number.
func drawn(number int) []byte {
	m := imaging.NewImage(64, 48)
	for i := range m.Pix {
		m.Pix[i] = byte(i * (number + 3))
	}
	return imaging.EncodePNG(m)
}

// parcels makes files of the form "PARCEL" with pages and members in them for a test: the
// members' texts say what they are.
func parcels(t *testing.T, content map[string][]string) {
	t.Helper()
	before := readers
	t.Cleanup(func() { readers = before })
	readers = append(slices.Clone(readers), reader{"parcel", func(head []byte) bool { return strings.HasPrefix(string(head), "PARCEL") },
		func(ctx context.Context, in *opening, data []byte, yield func(Page) bool) {
			for _, member := range content[string(data)] {
				file := drawn(len(member))
				if strings.HasPrefix(member, "PARCEL") {
					file = []byte(member)
				}
				if !in.member(ctx, member, file, yield) {
					return
				}
			}
		}})
}

func TestAnOrdinaryPictureIsOnePage(t *testing.T) {
	file := drawn(1)
	if Holds(file) {
		t.Error("a PNG need not pass through")
	}
	pages := slices.Collect(Pages(t.Context(), file, Options{}))
	if len(pages) != 1 || string(pages[0].File) != string(file) || pages[0].Number != 1 || pages[0].Of != 1 || pages[0].Err != nil {
		t.Errorf("%+v", pages)
	}
}

func TestMembersInMembers(t *testing.T) {
	parcels(t, map[string][]string{"PARCEL 1": {"a", "PARCEL 2", "z"}, "PARCEL 2": {"b", "c"}})
	var got []string
	hashes := map[[32]byte]bool{}
	for p := range Pages(t.Context(), []byte("PARCEL 1"), Options{}) {
		got = append(got, fmt.Sprintf("%s %d/%d %v", p.Member, p.Number, p.Of, p.Err))
		hashes[p.Hash] = true
	}
	want := []string{"a 1/1 <nil>", "PARCEL 2/b 1/1 <nil>", "PARCEL 2/c 1/1 <nil>", "z 1/1 <nil>"}
	if !slices.Equal(got, want) || len(hashes) != 1 { // all members hold the same bytes
		t.Errorf("%q, %d hashes", got, len(hashes))
	}
}

func TestLimitsAreNamedAndTheRestIsAnswered(t *testing.T) {
	parcels(t, map[string][]string{
		"PARCEL 1": {"a", "PARCEL 2", "z"}, "PARCEL 2": {"PARCEL 3", "b"}, "PARCEL 3": {"PARCEL 4"}, "PARCEL 4": {"deep"},
	})
	for name, test := range map[string]struct {
		options Options
		named   string
		want    []string
	}{
		"pages": {Options{Pages: 2}, "first 2 pages", []string{"a", "PARCEL 2/PARCEL 3/PARCEL 4/deep"}},
		"depth": {Options{Depth: 2}, "3 deep", []string{"a", "PARCEL 2/b", "z"}},
		"bytes": {Options{Unpacked: 100}, "packed into", nil},
	} {
		var got []string
		var faults []error
		for p := range Pages(t.Context(), []byte("PARCEL 1"), test.options) {
			if p.Err != nil {
				faults = append(faults, p.Err)
			} else {
				got = append(got, p.Member)
			}
		}
		if !slices.Equal(got, test.want) || len(faults) != 1 || !errors.Is(faults[0], ErrLimit) || !strings.Contains(faults[0].Error(), test.named) {
			t.Errorf("%s: %q, %v", name, got, faults)
		}
	}
}

// TestItIsLazy: no page is made that nobody asks for.
func TestItIsLazy(t *testing.T) {
	parcels(t, map[string][]string{"PARCEL 1": {"a", "PARCEL 2", "z"}, "PARCEL 2": {"b", "c"}})
	for stop := range 4 {
		n := 0
		for range Pages(t.Context(), []byte("PARCEL 1"), Options{}) {
			if n++; n > stop {
				break
			}
		}
		if n != stop+1 {
			t.Errorf("%d pages instead of %d", n, stop+1)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for range Pages(ctx, []byte("PARCEL 1"), Options{}) {
		n++
		cancel()
	}
	if n != 1 {
		t.Errorf("%d pages of an ended context", n)
	}
}
