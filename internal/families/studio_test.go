package families

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"exemplar/internal/imaging"
	"exemplar/internal/papertest"
	"exemplar/internal/synthdoc"
)

// The same generator takes the same photo, half of them on a picture of the folder.
func TestPhotograph(t *testing.T) {
	papertest.SkipUnderRace(t)
	folder := t.TempDir()
	desk := imaging.NewImage(60, 60)
	for i := range desk.Pix {
		desk.Pix[i] = 90
	}
	if err := os.WriteFile(filepath.Join(folder, "desk.png"), imaging.EncodePNG(desk), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "more"), 0o755); err != nil {
		t.Fatal(err)
	}
	studio, err := NewStudio(folder)
	if err != nil || len(studio.backgrounds) != 1 {
		t.Fatalf("%d backgrounds, %v", len(studio.backgrounds), err)
	}
	document := synthdoc.Draw(synthdoc.Document{Kind: "id-card", Template: 1, Size: 200})
	photo, first := studio.Photograph(document, rand.New(rand.NewPCG(1, 1)))
	again, second := studio.Photograph(document, rand.New(rand.NewPCG(1, 1)))
	if !reflect.DeepEqual(photo, again) || !first || !second {
		t.Errorf("the same generator takes two photos, of use: %v and %v", first, second)
	}
	laid := 0
	for seed := range uint64(20) {
		if studio.background(rand.New(rand.NewPCG(seed, 1))) != nil {
			laid++
		}
	}
	if laid < 4 || laid > 16 {
		t.Errorf("%d of 20 photos lie on a picture", laid)
	}
	if _, err := NewStudio(filepath.Join(folder, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if plain, err := NewStudio(""); err != nil || plain.background(rand.New(rand.NewPCG(1, 1))) != nil {
		t.Errorf("without a folder: %v", err)
	}
}

func TestFirstMembersAreOfTheWholeList(t *testing.T) {
	var sources []Source
	for i := range 130 {
		sources = append(sources, func() (Family, error) { return Family{Members: []*imaging.Image{imaging.NewImage(i+1, 1)}}, nil })
	}
	widths, err := FirstMembers(t.Context(), sources, func(f Family) int { return f.Members[0].W })
	if err != nil || len(widths) != strangers || widths[0] != 1 || widths[strangers-1] < 125 {
		t.Errorf("%v, %v", widths, err)
	}
	sources[0] = func() (Family, error) { return Family{}, nil }
	if _, err := FirstMembers(t.Context(), sources, func(Family) int { return 0 }); err == nil || !strings.Contains(err.Error(), "family 0 has no members") {
		t.Errorf("an empty family: %v", err)
	}
}
