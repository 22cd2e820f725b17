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
)

// verbs are the commands, in the order of the help.
var verbs = []func() *cobra.Command{
	newDemo, newRegister, newClassify, newGallery,
	newEval, newCalibrate, newDraw, newTrain, newTeach, newPack,
	newEmbed, newExport,
	newBench, newDoctor, newVersion,
}

// galleryFlags say which gallery and model a command works with.
type galleryFlags struct {
	gallery, model string
	fpir           share
	geometry       search
	exact          bool
}

func (f *galleryFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.gallery, "gallery", "g", "", "`FILE` of the gallery (default "+defaultGalleryHelp()+")")
	orFromEnvironment(cmd, "gallery", "EXEMPLAR_GALLERY")
	addModel(cmd, &f.model)
}

// addModel adds the flag for the model.
func addModel(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "model", "", "`BUNDLE` to use instead of the one inside")
	orFromEnvironment(cmd, "model", "EXEMPLAR_MODEL")
	cmd.RegisterFlagCompletionFunc("model", filesNamed("safetensors", "onnx"))
}

// addDecision adds the flags of commands that decide.
func (f *galleryFlags) addDecision(cmd *cobra.Command) {
	cmd.Flags().Var(&f.geometry, "geometry", "how far documents are looked for in photos: `locate`, verify (only what the whole picture is like), off")
	cmd.RegisterFlagCompletionFunc("geometry", cobra.FixedCompletions(geometries, cobra.ShellCompDirectiveNoFileComp))
	cmd.Flags().BoolVar(&f.exact, "exact", false, "refuse a document that shows other print in some place, such as a changed line")
	addFPIR(cmd, &f.fpir)
}

var geometries = []string{"locate", "verify", "off"}

// search is a flag's value: how far documents are looked for.
type search exemplar.SearchMode

func (s *search) String() string { return geometries[*s] }
func (s *search) Type() string   { return "search" }

func (s *search) Set(text string) error {
	i := slices.Index(geometries, text)
	if i < 0 {
		return errors.New("want " + strings.Join(geometries, ", "))
	}
	*s = search(i) // they are numbered alike
	return nil
}

// addFPIR adds the flag for the share of strangers that may be accepted.
func addFPIR(cmd *cobra.Command, fpir *share) {
	*fpir = exemplar.DefaultFPIR
	cmd.Flags().Var(fpir, "fpir", "`SHARE` of strangers that may be accepted")
	orFromEnvironment(cmd, "fpir", "EXEMPLAR_FPIR")
	cmd.RegisterFlagCompletionFunc("fpir", cobra.FixedCompletions([]string{"0.1", "0.01", "0.001"}, cobra.ShellCompDirectiveNoFileComp))
}

// share is a flag's value between 0 and 1, neither of which makes sense.
type share float64

func (s *share) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 64) }
func (s *share) Type() string   { return "share" }

func (s *share) Set(text string) error {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0 && v < 1) {
		return errors.New("want a share between 0 and 1, such as 0.01")
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
		return "", fmt.Errorf("%w: say --gallery FILE", err)
	}
	return filepath.Join(folder, "gallery.db"), nil
}

// open opens a gallery that is there: one whose name is mistyped is not made.
func (f *galleryFlags) open(mode exemplar.Mode) (*exemplar.Gallery, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open gallery %q: %w", path, exemplar.ErrNoGallery)
	}
	return f.openAt(path, mode)
}

// openOrMake opens the gallery for writing, and makes it where there is none.
func (f *galleryFlags) openOrMake() (*exemplar.Gallery, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
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

// checkTarget holds that writing a target costs neither the gallery nor an input.
func (f *galleryFlags) checkTarget(t target, inputs []input) error {
	path, err := f.path()
	if err != nil {
		path = "" // said when it is opened
	}
	return t.check(path, inputs)
}

// options are those of the flags of commands that decide.
func (f *galleryFlags) options() exemplar.ClassifyOptions {
	return exemplar.ClassifyOptions{FPIR: float64(f.fpir), Exact: f.exact, Search: exemplar.SearchMode(f.geometry)}
}

// dataFolder is where this user's programs keep their data.
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

// hintFor says what to do about an error, where the error does not say it.
func hintFor(err error) string {
	switch {
	case errors.Is(err, exemplar.ErrNoGallery):
		return "register something first: exemplar register FOLDER/"
	case errors.Is(err, exemplar.ErrOtherModel):
		return "give the model that it was made with (--model), or embed the references anew: exemplar gallery reembed"
	case errors.Is(err, os.ErrPermission):
		return "check who owns the file and its folder"
	}
	return ""
}
