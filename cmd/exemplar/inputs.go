package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar"
	"exemplar/internal/dataset"
)

// input is one picture to read: a file, or standard input.
type input struct {
	name string // as the user would write it
	root string // the folder argument that it was found under, or ""
	err  error  // why it cannot be read, if that is known already
}

// picture is the picture of the input. It is read when it is needed, from a file, a
// pipe or a device, up to the limit for files. Its errors do not name it.
func (in input) picture() exemplar.Picture {
	switch {
	case in.err != nil:
		return exemplar.FromFunc(func() ([]byte, error) { return nil, errors.New(in.reason(in.err)) })
	case in.name == "-":
		return exemplar.FromReader(os.Stdin)
	}
	return exemplar.FromFile(in.name)
}

// inputs are the pictures that the arguments of a command name.
type inputs struct {
	list   []input
	passed map[string]int // number of files in folders that cannot be read, by kind
}

// errNoPictures is the fault of folders in which nothing is to be taken.
var errNoPictures = errors.New("no picture")

// expandInputs turns the arguments of a command into pictures. An argument is a file of
// any name, a folder (listed as a data set), a glob pattern that the shell left alone,
// or "-". A missing file becomes an input with an error, unless nothing else is there.
// If only is not empty, files whose names do not match that pattern are left out.
func expandInputs(args []string, only string) (inputs, error) {
	if _, err := filepath.Match(only, "x"); err != nil {
		return inputs{}, fmt.Errorf("--only %q is not a file pattern", only)
	}
	found := inputs{passed: map[string]int{}}
	for _, arg := range args {
		found.add(arg)
	}
	if only != "" && len(found.list) > 0 {
		found.list = slices.DeleteFunc(found.list, func(in input) bool {
			matches, _ := filepath.Match(only, filepath.Base(in.name))
			return !matches && in.err == nil
		})
		if len(found.list) == 0 {
			return found, fmt.Errorf("%w in %s has a name that matches --only %q", errNoPictures, strings.Join(args, ", "), only)
		}
	}
	return found, found.fault(args)
}

// fault says why there are no pictures.
func (f *inputs) fault(args []string) error {
	if len(f.list) == 0 {
		passed := ""
		if len(f.passed) > 0 {
			passed = "; " + f.passedOver()
		}
		return fmt.Errorf("%ws in %s (known kinds: %s%s)", errNoPictures, strings.Join(args, ", "), strings.Join(slices.Concat(dataset.Extensions, dataset.Documents, dataset.Containers), " "), passed)
	}
	if slices.ContainsFunc(f.list, func(in input) bool { return in.err == nil }) {
		return nil
	}
	first := f.list[0]
	var fault *fs.PathError
	if errors.As(first.err, &fault) { // which begins with the name of a system call
		return fmt.Errorf("%s: %w", first.name, fault.Err)
	}
	return first.err
}

func (f *inputs) add(arg string) {
	info, err := os.Stat(arg)
	switch {
	case arg == "-" || err == nil && !info.IsDir():
		f.list = append(f.list, input{name: arg})
	case err == nil:
		f.addFolder(arg)
	case strings.ContainsAny(arg, "*?["):
		matches, globErr := filepath.Glob(arg)
		if globErr != nil || len(matches) == 0 {
			f.list = append(f.list, input{name: arg, err: fmt.Errorf("nothing matches %q", arg)})
		}
		for _, match := range matches {
			f.add(match)
		}
	default:
		f.list = append(f.list, input{name: arg, err: err})
	}
}

func (f *inputs) addFolder(root string) {
	found, err := dataset.Find(root)
	if err != nil {
		f.list = append(f.list, input{name: root, err: err})
		return
	}
	for _, p := range found.Images {
		f.list = append(f.list, input{name: filepath.Join(root, filepath.FromSlash(p)), root: root})
	}
	for _, p := range found.Problems {
		name := filepath.Join(root, filepath.FromSlash(p.Path))
		f.list = append(f.list, input{name: name, root: root, err: fmt.Errorf("%s: %w", name, p.Err)})
	}
	for kind, n := range found.Passed {
		f.passed[kind] += n
	}
}

// passedOver says how many files were passed over, by kind.
func (f *inputs) passedOver() string {
	total := 0
	var parts []string
	kinds := slices.SortedFunc(maps.Keys(f.passed), func(a, b string) int {
		if n := f.passed[b] - f.passed[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, kind := range kinds {
		total += f.passed[kind]
		parts = append(parts, fmt.Sprintf("%d %s", f.passed[kind], kind))
	}
	return fmt.Sprintf("%s passed over: %s; name one of them to read what to do with it", count(total, "file"), strings.Join(parts, ", "))
}

// sayPassedOver ends a report with the files that were passed over.
func (f *inputs) sayPassedOver(w io.Writer, asJSON bool) error {
	switch {
	case len(f.passed) == 0:
		return nil
	case asJSON:
		return sayJSON(w, struct {
			PassedOver map[string]int `json:"passed_over"`
		}{f.passed})
	}
	say(w, "%s\n", f.passedOver())
	return nil
}

// folderLabel is the label that the folders between the root argument and the file
// make. It is empty for a file in the root itself.
func (in input) folderLabel() string {
	if in.root == "" {
		return ""
	}
	folder, err := filepath.Rel(in.root, filepath.Dir(in.name))
	if err != nil || folder == "." {
		return ""
	}
	return filepath.ToSlash(folder)
}

// reason says why the input cannot be read. It leaves out the name, which is printed
// beside it.
func (in input) reason(err error) string {
	text := err.Error()
	for _, prefix := range []string{"open " + in.name + ": ", "stat " + in.name + ": ", fmt.Sprintf("read %q: ", in.name), in.name + ": "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
