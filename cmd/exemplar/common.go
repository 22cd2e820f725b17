package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

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
	fpir           float64
	geometry       string
	exact          bool
}

func (f *galleryFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.gallery, "gallery", "g", "", "the gallery's file (default "+defaultGalleryHelp()+")")
	cmd.Flags().StringVar(&f.model, "model", "", "a model bundle, instead of the one inside")
}

// addDecision adds the flags of commands that decide.
func (f *galleryFlags) addDecision(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.geometry, "geometry", "locate", "how far documents are looked for in photos: locate, verify (only what the whole picture is like), off")
	cmd.Flags().BoolVar(&f.exact, "exact", false, "refuse a document that shows other print in some place, such as a changed line")
	cmd.Flags().Float64Var(&f.fpir, "fpir", exemplar.DefaultFPIR, "share of strangers that may be accepted")
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

func (f *galleryFlags) open(mode exemplar.Mode) (*exemplar.Gallery, error) {
	path, err := f.path()
	if err != nil {
		return nil, err
	}
	model, err := exemplar.OpenModel(f.model)
	if err != nil {
		return nil, err
	}
	geometry, err := parseGeometry(f.geometry)
	if err != nil {
		return nil, err
	}
	return exemplar.Open(path, exemplar.Options{Mode: mode, Model: model, FPIR: f.fpir, Geometry: geometry, Exact: f.exact})
}

func parseGeometry(name string) (exemplar.Geometries, error) {
	switch name {
	case "", "locate":
		return exemplar.GeometryLocate, nil
	case "verify":
		return exemplar.GeometryVerify, nil
	case "off":
		return exemplar.GeometryOff, nil
	}
	return 0, fmt.Errorf("--geometry %q: want locate, verify or off", name)
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
