// Command transcript runs the commands of a page in an empty folder, one after the
// other, and writes into the page what they print and the pictures that they draw:
//
//	go run ./tools/transcript docs/kinds.md
//
// Commands are the lines of console blocks that begin with "$ exemplar". A picture
// figures/NAME.jpg of the page is made of NAME.png, if a command drew that.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: transcript PAGE.md")
	}
	if err := renew(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func renew(page string) error {
	folder, err := os.MkdirTemp("", "transcript-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "bin", "exemplar")
	if out, err := exec.Command("go", "build", "-o", program, "./cmd/exemplar").CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, out)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	work := filepath.Join(folder, "work")
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	var renewed bytes.Buffer
	inBlock := false
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "```"):
			inBlock = strings.HasPrefix(line, "```console")
		case inBlock && strings.HasPrefix(line, "$ exemplar"):
			out, err := output(program, work, line[len("$ exemplar"):])
			if err != nil {
				return fmt.Errorf("%s: %w", strings.TrimSpace(line), err)
			}
			fmt.Fprintf(&renewed, "%s%s", line, out)
			continue
		case inBlock:
			continue // what the commands printed the last time
		}
		renewed.WriteString(line)
	}
	if err := drawFigures(page, work, renewed.Bytes()); err != nil {
		return err
	}
	return fileio.WriteBytes(page, fileio.Public, renewed.Bytes())
}

// output runs exemplar by a shell, which expands patterns. An exit status of 1 says that
// some pictures were refused; it is no failure here.
func output(program, work, arguments string) ([]byte, error) {
	cmd := exec.Command("sh", "-c", program+arguments)
	cmd.Dir, cmd.Env = work, append(os.Environ(), "EXEMPLAR_GALLERY=gallery.db")
	return cmd.CombinedOutput()
}

var figure = regexp.MustCompile(`\]\((figures/([a-z-]+)\.jpg)\)`)

// figureSide is the longer side of a figure in pixels.
const figureSide = 1100

func drawFigures(page, work string, text []byte) error {
	for _, found := range figure.FindAllStringSubmatch(string(text), -1) {
		drawn, err := os.ReadFile(filepath.Join(work, found[2]+".png"))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		picture, _, err := imaging.Decode(drawn, imaging.DefaultLimits)
		if err != nil {
			return err
		}
		small := imaging.EncodeJPEG(imaging.FitWithin(picture, figureSide), 80)
		if err := fileio.WriteBytes(filepath.Join(filepath.Dir(page), found[1]), fileio.Public, small); err != nil {
			return err
		}
	}
	return nil
}
