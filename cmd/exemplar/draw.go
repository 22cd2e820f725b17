package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"exemplar/internal/capturesim"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

type drawFlags struct {
	kinds              []string
	count, photos      int
	size               int
	seed               uint64
	siblings, inScenes bool
}

func newDraw() *cobra.Command {
	var flags drawFlags
	cmd := &cobra.Command{
		Use:     "draw FOLDER",
		GroupID: "judge",
		Short:   "Draw documents and photos of them, as a labelled data set",
		Long: `Draw documents and simulated photos of them as a data set with labels. Each document becomes
FOLDER/KIND/NUMBER/NUMBER_ref.png; --photos adds photos of it. Register the clean pictures alone, by --only '*_ref.png', and
classify the photos. --siblings adds the documents that are hardest to tell from
it, each as a sub-label: the same form with other contents, another edition, one changed line, the same contents on another
form, the blank form. The same seed draws the same documents.

Kinds: ` + strings.Join(synthdoc.Kinds(), ", ") + ".",
		Example: `  exemplar draw documents/ --count 50 --photos 3
  exemplar eval documents/
  exemplar register --only '*_ref.png' documents/`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, kind := range flags.kinds {
				if !slices.Contains(synthdoc.Kinds(), kind) {
					return fmt.Errorf("--kind %q is not known: %s", kind, strings.Join(synthdoc.Kinds(), ", "))
				}
			}
			if flags.count < 1 || flags.photos < 0 {
				return fmt.Errorf("want --count of at least 1 and --photos of at least 0")
			}
			if flags.count < len(flags.kinds) {
				return fmt.Errorf("--count %d is too few for %d kinds: each document is of one, so give --count %d or more", flags.count, len(flags.kinds), len(flags.kinds))
			}
			return runDraw(cmd, args[0], flags)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&flags.kinds, "kind", nil, "draw these `KINDS`, one after the other; separated by commas, or given several times (default all)")
	f.IntVarP(&flags.count, "count", "n", 10, "draw `N` documents in all, each of another design")
	f.IntVar(&flags.photos, "photos", 0, "take `N` simulated photos of each document")
	f.BoolVar(&flags.inScenes, "scenes", false, "photos show the document somewhere in a scene")
	f.BoolVar(&flags.siblings, "siblings", false, "also draw the documents that are hardest to tell from each")
	f.IntVar(&flags.size, "size", 0, "longer side in `PIXELS` (default by design, 400 to 1200)")
	f.Uint64Var(&flags.seed, "seed", 1, "seed")
	cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(synthdoc.Kinds(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// drawn is one document to draw, with its label.
type drawn struct {
	label    string
	document synthdoc.Document
}

func runDraw(cmd *cobra.Command, folder string, flags drawFlags) error {
	documents := flags.documents()
	progress := newProgressBar("drawing", len(documents))
	err := inOrder(cmd.Context(), documents, func(d drawn) (int, error) {
		return flags.write(folder, d)
	}, func(drawn, int) error {
		progress.step(1)
		return nil
	})
	progress.clear()
	if err != nil {
		return err
	}
	say(cmd.OutOrStdout(), "drew %s, each with %s, in %s\n", count(len(documents), "document"), count(flags.photos, "photo"), folder)
	if flags.photos > 0 && !isQuiet(cmd) {
		say(cmd.OutOrStdout(), "to register the clean pictures alone: exemplar register --only '*_ref.png' %s\n", folder)
	}
	return nil
}

func (f *drawFlags) documents() []drawn {
	kinds := f.kinds
	if len(kinds) == 0 {
		kinds = synthdoc.Kinds()
	}
	var all []drawn
	for i := range f.count {
		kind, seed := kinds[i%len(kinds)], f.seed<<32+uint64(i)
		d := synthdoc.Document{Kind: kind, Template: seed, Content: seed, Size: f.size}
		label := fmt.Sprintf("%s/%04d", kind, i)
		if !f.siblings {
			all = append(all, drawn{label, d})
			continue
		}
		all = append(all, drawn{label + "/original", d})
		siblings := synthdoc.Siblings(d)
		for _, name := range slices.Sorted(maps.Keys(siblings)) {
			all = append(all, drawn{label + "/" + name, siblings[name]})
		}
	}
	return all
}

// write draws a document and its captures into its label's folder.
func (f *drawFlags) write(folder string, d drawn) (int, error) {
	place := filepath.Join(folder, filepath.FromSlash(d.label))
	if err := os.MkdirAll(place, 0o700); err != nil {
		return 0, err
	}
	picture := synthdoc.Draw(d.document)
	name := filepath.Base(place)
	if err := fileio.WriteBytes(filepath.Join(place, name+"_ref.png"), fileio.Private, imaging.EncodePNG(picture)); err != nil {
		return 0, err
	}
	for i := range f.photos {
		seed := d.document.Template*1000003 + d.document.Content*101 + uint64(i)
		if err := fileio.WriteBytes(filepath.Join(place, fmt.Sprintf("photo%d.jpg", i+1)), fileio.Private, f.capture(picture, seed)); err != nil {
			return 0, err
		}
	}
	return f.photos, nil
}

// capture returns a simulated photo of a document as the bytes of a file. It shows a
// whole scene, or the document alone.
func (f *drawFlags) capture(picture *imaging.Image, seed uint64) []byte {
	if f.inScenes {
		return imaging.EncodeJPEG(capturesim.Scene(picture, nil, capturesim.Everyday(), seed).Image, 85)
	}
	const side = 320
	captured := imaging.NewImage(side, side)
	capturesim.NewCapture(capturesim.Full()).View(captured.Pix, side, picture, seed)
	return imaging.EncodeJPEG(imaging.Resize(captured, side*picture.W/max(picture.W, picture.H), side*picture.H/max(picture.W, picture.H)), 90)
}
