package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"exemplar/internal/dataset"
)

// maxStdin bounds what is read from standard input, where no file size can be
// asked for first; it is the decoder's own limit.
const maxStdin = 64 << 20

// input is one picture to read: a file, or standard input.
type input struct {
	name string // as the user would say it
	root string // the folder argument that it was found under, or ""
}

func (in input) read() ([]byte, error) {
	if in.name == "-" {
		data, err := io.ReadAll(io.LimitReader(os.Stdin, maxStdin+1))
		if err == nil && len(data) > maxStdin {
			err = fmt.Errorf("standard input is larger than %d MB", maxStdin>>20)
		}
		return data, err
	}
	info, err := os.Stat(in.name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxStdin {
		return nil, fmt.Errorf("%s: the file has %d MB, the limit is %d MB", in.name, info.Size()>>20, maxStdin>>20)
	}
	return os.ReadFile(in.name)
}

// expandInputs turns the arguments of a command into pictures: files, whatever
// their names, folders (as a data set lists them), glob patterns that the shell left alone, "-".
// Only files whose name matches the pattern only are kept, if it is not empty.
func expandInputs(args []string, only string) ([]input, error) {
	if _, err := filepath.Match(only, "x"); err != nil {
		return nil, fmt.Errorf("--only %q is not a file pattern", only)
	}
	var inputs []input
	for _, arg := range args {
		found, err := expandArgument(arg)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, found...)
	}
	if only != "" {
		inputs = slices.DeleteFunc(inputs, func(in input) bool {
			matches, _ := filepath.Match(only, filepath.Base(in.name))
			return !matches
		})
	}
	if len(inputs) == 0 {
		return nil, fmt.Errorf("no pictures in %s (looked for %s)", strings.Join(args, ", "), strings.Join(dataset.Extensions, " "))
	}
	return inputs, nil
}

func expandArgument(arg string) ([]input, error) {
	if arg == "-" {
		return []input{{name: arg}}, nil
	}
	info, err := os.Stat(arg)
	if err == nil && info.IsDir() {
		return walkFolder(arg)
	}
	if err == nil {
		return []input{{name: arg}}, nil
	}
	if !strings.ContainsAny(arg, "*?[") {
		return nil, err
	}
	matches, globErr := filepath.Glob(arg)
	if globErr != nil || len(matches) == 0 {
		return nil, fmt.Errorf("nothing matches %q", arg)
	}
	var inputs []input
	for _, match := range matches {
		found, err := expandArgument(match)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, found...)
	}
	return inputs, nil
}

func walkFolder(root string) ([]input, error) {
	paths, err := dataset.ListImages(root)
	var inputs []input
	for _, p := range paths {
		inputs = append(inputs, input{name: filepath.Join(root, filepath.FromSlash(p)), root: root})
	}
	return inputs, err
}

// folderLabel is the label that the folders between the root argument and the
// file spell; "" for a file that lies in the root itself.
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
