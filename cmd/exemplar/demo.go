package main

import (
	"context"
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
		Short:   "Register drawn documents and recognise photos of other copies",
		Long: `See the program at work. The demo draws a few documents and registers one copy of each. It then takes hard photos (turned,
blurred, shadowed, from the side) of them, of other copies (the card of another holder, an invoice of another month), and of
strangers that resemble one of them, and recognises the photos. You need no files: the documents, the camera and the model are inside the program.`,
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
	documents, inbox, later := filepath.Join(folder, "documents"), filepath.Join(folder, "inbox"), filepath.Join(folder, "later")
	if err := drawDemo(cmd.Context(), documents, inbox, later); err != nil {
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
	if err := classify(cmd, pagesOf(cmd.Context(), &photos, exemplar.PageOptions{}), len(photos.list), one(g), inFolder(lines, inbox)); err != nil {
		return err
	}
	if kept {
		say(out, "\nThe pictures are in %s and %s; %s holds the strangers, to be registered.\n", documents, inbox, later)
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

// shot is a photo of the demo.
type shot struct {
	name string // of its file
	of   synthdoc.Document
	seed uint64
}

// otherCopy is the contents of the demo's other copies: another holder, another month.
const otherCopy = 1

// shotsOf are the photos of a registered document: one of itself, and one of another
// copy of its kind.
func shotsOf(e synthdoc.Example) []shot {
	other := e.Document
	other.Content = otherCopy
	name := shortName(e.Label)
	return []shot{{name + "_same-copy", e.Document, 4}, {name + "_other-copy", other, 5}}
}

// strangers are documents that are not registered, but look like what is: a third edition
// of the card, and the invoice of a company that uses the template of another. Their
// labels are those under which they can be registered later.
func strangers() []synthdoc.Example {
	company := synthdoc.Document{Kind: "invoice", Template: 19, Content: otherCopy + 1, Issuer: 1, Size: 1000}
	return []synthdoc.Example{{Label: "id-card/front/3rd-edition", Document: synthdoc.Stranger().Document}, {Label: "invoice/other-company", Document: company}}
}

// drawDemo writes the documents and the photos, and what can be registered later.
func drawDemo(ctx context.Context, documents, inbox, later string) error {
	var files []file
	for _, e := range synthdoc.Examples() {
		files = append(files, scan(documents, e))
		for _, s := range shotsOf(e) {
			files = append(files, s.file(inbox))
		}
	}
	for _, e := range strangers() {
		files = append(files, scan(later, e), shot{"stranger_" + shortName(e.Label), e.Document, 4}.file(inbox))
	}
	return inOrder(ctx, files, func(f file) ([]byte, error) { return f.draw(), nil }, func(f file, data []byte) error {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
			return err
		}
		return fileio.WriteBytes(f.path, fileio.Private, data)
	})
}

type file struct {
	path string
	draw func() []byte
}

// scan is a document in the folder of its label.
func scan(folder string, e synthdoc.Example) file {
	path := filepath.Join(folder, filepath.FromSlash(e.Label), "scan.png")
	return file{path, func() []byte { return imaging.EncodePNG(synthdoc.Draw(e.Document)) }}
}

func (s shot) file(folder string) file {
	return file{filepath.Join(folder, s.name+".jpg"), func() []byte {
		return imaging.EncodeJPEG(capturesim.Scene(synthdoc.Draw(s.of), nil, capturesim.Everyday(), s.seed).Image, 85)
	}}
}

// shortName makes a file name from the end of a label.
func shortName(label string) string {
	parts := strings.Split(label, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "_")
}
