package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/spf13/cobra"

	"exemplar"
)

// pageFlags choose the pages of files that have several.
type pageFlags struct {
	number       int
	passwordFile string
}

func (f *pageFlags) add(cmd *cobra.Command, usage string) {
	cmd.Flags().IntVar(&f.number, "page", 0, usage)
	cmd.Flags().StringVar(&f.passwordFile, "password-file", "", "open encrypted PDFs with the passwords in this `FILE`, one a line")
}

// options reads what the flags name.
func (f *pageFlags) options(cmd *cobra.Command) (exemplar.PageOptions, error) {
	if f.number < 0 || f.number == 0 && cmd.Flags().Changed("page") {
		return exemplar.PageOptions{}, fmt.Errorf("--page %d: want the number of a page, from 1", f.number)
	}
	passwords, err := readPasswords(f.passwordFile)
	return exemplar.PageOptions{Only: f.number, Passwords: passwords}, err
}

// mostPasswords bounds a file of passwords, in bytes.
const mostPasswords = 64 << 10

func readPasswords(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostPasswords+1))
	if err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	if len(text) > mostPasswords {
		return nil, fmt.Errorf("--password-file %q is larger than %d KB: want a text with a password on each line", path, mostPasswords>>10)
	}
	var passwords []string
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		if line := lines.Text(); line != "" {
			passwords = append(passwords, line)
		}
	}
	return passwords, nil
}

// page is a page of an input.
type page struct {
	input
	file    int // its place in the list of inputs
	picture exemplar.Picture
}

// withoutPicture is the kind of mail and archives in folders that hold no picture. Most mail is
// such, and no fault of who names the folder.
const withoutPicture = "without a picture"

// pagesOf yields the pages of the inputs in their order. Files in folders that have none are
// counted among those that are passed over.
func pagesOf(ctx context.Context, found *inputs, options exemplar.PageOptions) iter.Seq[page] {
	return func(yield func(page) bool) {
		for i, in := range found.list {
			for p := range exemplar.Pages(ctx, in.picture(), options) {
				if in.root != "" && p.Origin().Empty {
					found.passed[withoutPicture]++
					continue
				}
				if !yield(page{in, i, p}) {
					return
				}
			}
			if ctx.Err() != nil {
				return
			}
		}
	}
}

// first yields the first page alone.
func first(pages iter.Seq[page]) iter.Seq[page] {
	return func(yield func(page) bool) {
		for p := range pages {
			yield(p)
			return
		}
	}
}

// nameOf is the name of what an answer is about: "letters.zip/form.pdf, page 2".
func nameOf(path string, a exemplar.Answer) string {
	if a.Member != "" {
		path += "/" + a.Member
	}
	if a.Page > 0 {
		path += fmt.Sprintf(", page %d", a.Page)
	}
	return path
}
