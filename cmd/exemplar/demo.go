package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/capturesim"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

func newDemo() *cobra.Command {
	var keep string
	cmd := &cobra.Command{
		Use:     "demo",
		GroupID: "use",
		Short:   "Register a few drawn documents and recognise hard photos of them",
		Long: `See the program at work. The demo draws a few documents and registers one picture of each. It then takes hard photos
(turned, blurred, shadowed, from the side) of them, and of a stranger that resembles one of them, and recognises the photos.
You need no files: the documents, the camera and the model are inside the program.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			folder := keep
			if folder == "" {
				temporary, remove, err := temporaryFolder(cmd.Context(), "exemplar-demo-")
				if err != nil {
					return err
				}
				defer remove()
				folder = temporary
			}
			return demo(cmd, folder, keep != "")
		},
	}
	cmd.Flags().StringVar(&keep, "keep", "", "keep the documents, the photos and the gallery in this `FOLDER`")
	cmd.MarkFlagDirname("keep")
	return cmd
}

func demo(cmd *cobra.Command, folder string, kept bool) error {
	out := cmd.OutOrStdout()
	documents, inbox := filepath.Join(folder, "documents"), filepath.Join(folder, "inbox")
	if err := drawDemo(cmd.Context(), documents, inbox); err != nil {
		return err
	}
	g, err := exemplar.Open(filepath.Join(folder, "gallery.db"), exemplar.Options{Mode: exemplar.ReadWrite})
	if err != nil {
		return err
	}
	defer g.Close()
	say(out, "$ exemplar register documents/\n")
	references, err := expandInputs([]string{documents}, "")
	if err != nil {
		return err
	}
	if err := register(cmd.Context(), g, references.list, registerFlags{labelsFrom: "folder"}, newRegisterReport(cmd, false)); err != nil {
		return err
	}
	say(out, "\n$ exemplar classify inbox/\n")
	photos, err := expandInputs([]string{inbox}, "")
	if err != nil {
		return err
	}
	lines := newTextPrinter(out, terminalWidth(out), relativeTo(inbox, photos.list), widestLabel(cmd.Context(), g), isVerbose(cmd))
	if err := classify(cmd, pagesOf(cmd.Context(), photos.list, exemplar.PageOptions{}), len(photos.list), one(g), inFolder(lines, inbox)); err != nil {
		return err
	}
	if kept {
		say(out, "\nThe pictures are in %s and %s.\n", documents, inbox)
	} else {
		say(out, "\nTo look at the pictures: exemplar demo --keep FOLDER\n")
	}
	return nil
}

// relativePrinter prints names as they are in a folder.
type relativePrinter struct {
	answerPrinter
	folder string
}

func inFolder(p answerPrinter, folder string) answerPrinter { return relativePrinter{p, folder} }

func (p relativePrinter) print(path string, a exemplar.Answer) error {
	return p.answerPrinter.print(strings.TrimPrefix(path, p.folder+string(filepath.Separator)), a)
}

func relativeTo(folder string, list []input) []input {
	var relative []input
	for _, in := range list {
		relative = append(relative, input{name: strings.TrimPrefix(in.name, folder+string(filepath.Separator))})
	}
	return relative
}

// drawDemo writes the documents and the photos of them.
func drawDemo(ctx context.Context, documents, inbox string) error {
	examples := append(synthdoc.Examples(), synthdoc.Stranger())
	return inOrder(ctx, examples, func(e synthdoc.Example) ([]file, error) {
		return demoFiles(documents, inbox, e), nil
	}, func(_ synthdoc.Example, files []file) error {
		for _, f := range files {
			if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
				return err
			}
			if err := fileio.WriteBytes(f.path, fileio.Private, f.data); err != nil {
				return err
			}
		}
		return nil
	})
}

type file struct {
	path string
	data []byte
}

// demoFiles draws a document and photos of it. The photos are named after the document.
func demoFiles(documents, inbox string, e synthdoc.Example) []file {
	picture := synthdoc.Draw(e.Document)
	var files []file
	if e.Label != "" {
		files = append(files, file{filepath.Join(documents, filepath.FromSlash(e.Label), "scan.png"), imaging.EncodePNG(picture)})
	}
	name := "stranger"
	if e.Label != "" {
		name = shortName(e.Label)
	}
	for i := range demoPhotos {
		photo := capturesim.Scene(picture, nil, capturesim.Everyday(), uint64(i)+4)
		path := filepath.Join(inbox, fmt.Sprintf("%s_%d.jpg", name, i+1))
		files = append(files, file{path, imaging.EncodeJPEG(photo.Image, 85)})
	}
	return files
}

// demoPhotos is how many photos are taken of each document.
const demoPhotos = 2

// shortName makes a file name from the end of a label.
func shortName(label string) string {
	parts := strings.Split(label, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "_")
}
