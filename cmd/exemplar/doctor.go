package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/intake/pdf"
	"exemplar/internal/kernel"
	"exemplar/internal/recognise"
	"exemplar/internal/synthdoc"
)

func newDoctor() *cobra.Command {
	var store galleryFlags
	var of serverChecks
	var asJSON, warm bool
	cmd := &cobra.Command{
		Use:     "doctor",
		GroupID: "tool",
		Short:   "Check that program, gallery and service work on this machine",
		Long: `Check what is needed to work, and say what to do about what is wrong. With --data or --store the service is looked at,
too, and with --tls-cert and --tls-key its certificate. With --server a running server is asked and nothing else, which
is quick, so that containers and monitors can do it every few seconds: exit code 0 says that it can work.`,
		Example: `  exemplar doctor
  exemplar doctor --data service/ --tls-cert server.crt --tls-key server.key
  exemplar doctor --server http://127.0.0.1:8080`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks := []check{
				{"program", func() (string, error) { return versionLine(), nil }},
				{"arithmetic", checkArithmetic},
				{"model", func() (string, error) { return checkModel(store.model) }},
				{"card", func() (string, error) { return summarise(store.model) }},
				{"gallery", func() (string, error) { return checkGallery(cmd, &store) }},
				{"pdf", func() (string, error) { return checkPDF(cmd.Context(), warm) }},
			}
			checks = append(checks, of.checks(cmd)...)
			if of.address != "" {
				checks = []check{{"server", func() (string, error) { return of.checkServer(cmd) }}}
			}
			sick := false
			for _, check := range checks {
				failed := report(cmd.OutOrStdout(), asJSON, check.name, check.run)
				sick = sick || failed
				if failed && check.name == "model" { // the next checks need it, and would report the same
					break
				}
			}
			if sick {
				return errors.New("something is wrong, see above")
			}
			return nil
		},
	}
	store.add(cmd)
	of.add(cmd)
	cmd.Flags().BoolVar(&warm, "warm", false, "prepare the drawing of PDFs, which the first PDF would wait for")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per check and line")
	return cmd
}

// report runs a check and prints its line; it returns whether it failed.
func report(out io.Writer, asJSON bool, name string, run func() (string, error)) bool {
	found, err := run()
	word := "ok"
	if err != nil {
		found, word = err.Error(), "FAIL"
	}
	if asJSON {
		sayJSON(out, struct {
			Check string `json:"check"`
			OK    bool   `json:"ok"`
			Found string `json:"found"`
		}{name, err == nil, found})
	} else {
		say(out, "%-4s  %-10s  %s\n", word, name, found)
	}
	return err != nil
}

// checkArithmetic runs the network with every variant of the arithmetic that this
// machine has, and compares each with the portable one.
func checkArithmetic() (string, error) {
	defer kernel.Use(kernel.Active())
	picture := imaging.EncodePNG(synthdoc.Draw(synthdoc.Examples()[0].Document))
	var want []float32
	for _, variant := range append([]string{"generic"}, kernel.Variants()...) {
		if err := kernel.Use(variant); err != nil {
			return "", err
		}
		got, err := exemplar.DefaultModel().Embed(exemplar.FromBytes(picture))
		if err != nil {
			return "", err
		}
		if want == nil {
			want = got
		}
		if cosine := kernel.Dot(got, want); !(cosine > 0.99999) {
			return "", fmt.Errorf("variant %s computes other embeddings than the portable one (cosine %.6f): set EXEMPLAR_KERNEL=generic", variant, cosine)
		}
	}
	return strings.Join(kernel.Variants(), ", ") + " agree", nil
}

// checkPDF draws a PDF, unless that would take seconds that nobody asked for.
func checkPDF(ctx context.Context, warm bool) (string, error) {
	folder := pdf.CacheFolder()
	if !warm && folder != "" && !pdf.IsWarm() {
		return fmt.Sprintf("not tried: the first PDF takes some seconds longer, unless exemplar doctor --warm prepares it; cache %s", folder), nil
	}
	if err := pdf.Warm(ctx); err != nil {
		return "", err
	}
	if folder == "" {
		return "PDFs are drawn; there is no folder for caches, so that each start takes some seconds: set HOME", nil
	}
	if !pdf.IsWarm() {
		return fmt.Sprintf("PDFs are drawn; nothing can be written to the cache %s, so that each start takes some seconds: "+
			"check who owns it and whether the disk is full", folder), nil
	}
	return "PDFs are drawn; cache " + folder, nil
}

func checkModel(path string) (string, error) {
	m, err := recognise.OpenModel(path)
	if err != nil {
		return "", err
	}
	c := m.Calibration
	if c == nil {
		return "", fmt.Errorf("network %.12s has no calibration: make one with exemplar calibrate", m.Fingerprint)
	}
	return fmt.Sprintf("%.12s, network %.12s; calibrated on %d impostor comparisons (%s)", m.Decides, m.Fingerprint, c.Pairs, c.Source), nil
}

// summarise returns the beginning of the model card.
func summarise(path string) (string, error) {
	bundle := embed.Default()
	if path != "" {
		var err error
		if bundle, err = embed.Open(path); err != nil {
			return "", err
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(bundle.Card), "\n\n")
	if first == "" {
		return "the model has no card", nil
	}
	return strings.Join(strings.Fields(first), " "), nil
}

func checkGallery(cmd *cobra.Command, store *galleryFlags) (string, error) {
	g, err := store.open(exemplar.ReadOnly)
	if errors.Is(err, exemplar.ErrNoGallery) {
		return "none yet", nil
	}
	if err != nil {
		return "", err
	}
	defer g.Close()
	problems, err := g.Check(cmd.Context())
	if err != nil {
		return "", err
	}
	if len(problems) > 0 {
		return "", fmt.Errorf("%s: %s", count(len(problems), "problem"), strings.Join(problems, "; "))
	}
	if err := g.CheckModel(cmd.Context()); err != nil {
		return "", err
	}
	stats, err := g.Stats(cmd.Context())
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s: %s of %s, %s", stats.Path, count(stats.References, "reference"), count(stats.Labels, "label"), humanize.Bytes(uint64(stats.Bytes))), nil
}
