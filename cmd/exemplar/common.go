package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/store/open"
)

// verbs are the commands, in the order of the help.
var verbs = []func() *cobra.Command{
	newDemo, newRegister, newClassify, newSort, newWatch, newBulk, newGallery, newServe,
	newEval, newCalibrate, newDraw, newTrain, newTeach, newPack,
	newEmbed, newExport,
	newKey, newAudit, newBackup, newRestore, newBench, newDoctor, newVersion,
}

// galleryFlags say which gallery and model a command works with.
type galleryFlags struct {
	gallery, model string
	fpir           share
	geometry       search
	exact          bool
}

func (f *galleryFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.gallery, "gallery", "g", "", "`FILE` of the gallery, or postgres://... (default "+defaultGalleryHelp()+")")
	orFromEnvironment(cmd, "gallery", "EXEMPLAR_GALLERY")
	addModel(cmd, &f.model)
}

// addModel adds the flag for the model.
func addModel(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "model", "", "`BUNDLE` to use (default the built-in one)")
	orFromEnvironment(cmd, "model", "EXEMPLAR_MODEL")
	cmd.RegisterFlagCompletionFunc("model", filesNamed("safetensors", "onnx"))
}

// addDecision adds the flags of commands that decide.
func (f *galleryFlags) addDecision(cmd *cobra.Command) {
	cmd.Flags().Var(&f.geometry, "geometry", "`SEARCH` of photos: for every reference (locate), for references that resemble the whole picture (verify), or none (off)")
	cmd.RegisterFlagCompletionFunc("geometry", cobra.FixedCompletions(geometries, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&f.exact, "exact", false, "accept the same copy only: nothing with other print than the reference, such as a changed line, nor with writing where that is blank")
	addFPIR(cmd, &f.fpir)
}

var geometries = []string{"locate", "verify", "off"}

// search is a flag's value: how photos are searched for documents.
type search exemplar.SearchMode

func (s *search) String() string { return geometries[*s] }
func (s *search) Type() string   { return "search" }

func (s *search) Set(text string) error {
	i := slices.Index(geometries, text)
	if i < 0 {
		return errors.New("want " + strings.Join(geometries, ", "))
	}
	*s = search(i) // geometries has the order of the constants
	return nil
}

// addFPIR adds the flag for the share of strangers that may be accepted.
func addFPIR(cmd *cobra.Command, fpir *share) {
	*fpir = exemplar.DefaultFPIR
	cmd.Flags().Var(fpir, "fpir", "`SHARE` of strangers that may be accepted")
	orFromEnvironment(cmd, "fpir", "EXEMPLAR_FPIR")
	cmd.RegisterFlagCompletionFunc("fpir", cobra.FixedCompletions([]string{"0.1", "0.01", "0.001"}, cobra.ShellCompDirectiveNoFileComp))
}

// share is a flag's value between 0 and 1, without the two.
type share float64

// leastShare is far below the smallest share that the trials of any calibration can
// show.
const leastShare = 1e-6

func (s *share) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 64) }
func (s *share) Type() string   { return "share" }

func (s *share) Set(text string) error {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0 && v < 1) {
		return errors.New("want a share between 0 and 1, such as 0.01")
	}
	if v < leastShare {
		return fmt.Errorf("no calibration covers so small a share: want at least %g", leastShare)
	}
	*s = share(v)
	return nil
}

func (f *galleryFlags) path() (string, error) {
	if f.gallery != "" {
		return f.gallery, nil
	}
	folder, err := dataFolder()
	if err != nil {
		return "", fmt.Errorf("%w: give --gallery FILE", err)
	}
	return filepath.Join(folder, "gallery.db"), nil
}

// isThere reports whether the gallery's file is there. One in a database counts as
// there: only opening it would tell.
func (f *galleryFlags) isThere() bool {
	path, err := f.path()
	if err != nil {
		return false
	}
	if !open.IsFile(path) {
		return true
	}
	_, err = os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// open opens an existing gallery. It makes none, because the name may be mistyped.
func (f *galleryFlags) open(mode exemplar.Mode) (*exemplar.Gallery, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); open.IsFile(path) && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open gallery %q: %w", path, exemplar.ErrNoGallery)
	}
	return f.openAt(path, mode)
}

// openOrMake opens the gallery for writing, and makes it if there is none.
func (f *galleryFlags) openOrMake() (*exemplar.Gallery, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	if open.IsFile(path) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
	return f.openAt(path, exemplar.ReadWrite)
}

func (f *galleryFlags) openAt(path string, mode exemplar.Mode) (*exemplar.Gallery, error) {
	model, err := exemplar.OpenModel(f.model)
	if err != nil {
		return nil, err
	}
	return exemplar.Open(path, exemplar.Options{Mode: mode, Model: model})
}

// checkTarget refuses a target that would overwrite the gallery or an input.
func (f *galleryFlags) checkTarget(t target, inputs []input) error {
	path, err := f.path()
	if err != nil || !open.IsFile(path) {
		path = "" // an error is said when it is opened, and no file overwrites a database
	}
	return t.check(path, inputs)
}

// options are those of the flags of commands that decide.
func (f *galleryFlags) options() exemplar.ClassifyOptions {
	return exemplar.ClassifyOptions{FPIR: float64(f.fpir), Exact: f.exact, Search: exemplar.SearchMode(f.geometry)}
}

// dataFolder is the folder for the data of this user's programs.
func dataFolder() (string, error) {
	if folder := os.Getenv("XDG_DATA_HOME"); folder != "" {
		return filepath.Join(folder, "exemplar"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(home, "AppData", "Local", "exemplar"), nil
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "exemplar"), nil
	}
	return filepath.Join(home, ".local", "share", "exemplar"), nil
}

func defaultGalleryHelp() string {
	switch runtime.GOOS {
	case "windows":
		return `~\AppData\Local\exemplar\gallery.db`
	case "darwin":
		return "~/Library/Application Support/exemplar/gallery.db"
	}
	return "~/.local/share/exemplar/gallery.db"
}

// hintFor says what to do about an error that does not say it itself.
func hintFor(err error) string {
	switch {
	case errors.Is(err, exemplar.ErrNoGallery):
		return "to register: exemplar register FOLDER/; to name another: --gallery FILE"
	case errors.Is(err, os.ErrPermission):
		return "check who owns the file and its folder"
	}
	return ""
}
