package changetrain

import (
	"context"
	"path/filepath"
	"slices"

	"exemplar/internal/alignment"
	"exemplar/internal/dataset"
	"exemplar/internal/families"
	"exemplar/internal/imaging"
	"exemplar/internal/parallel"
)

const (
	// lookAlikesPer is how many references of other kinds a real copy is laid on.
	lookAlikesPer = 2
	// capturesPer label are taken: more of them say little more.
	capturesPer = 2
)

// CopySamples lays captures of the chosen labels of a set of real copies, of which
// nothing is known cell by cell, on the references of their own label and of others
// of their family.
func CopySamples(ctx context.Context, set *dataset.Folder, family func(label string) string, chosen func(label string) bool) ([]Sample, error) {
	references := map[string]*alignment.Reference{}
	var captures []dataset.Sample
	taken := map[string]int{}
	for _, s := range set.Samples {
		switch {
		case !chosen(s.Label):
		case s.IsReference:
			picture, err := families.ReadPicture(filepath.Join(set.Root, s.Path))
			if err != nil {
				return nil, err
			}
			references[s.Label] = newShape(picture)
		case taken[s.Label] < capturesPer:
			taken[s.Label]++
			captures = append(captures, s)
		}
	}
	made := make([][]Sample, len(captures))
	err := parallel.Each(ctx, 0, len(captures), func(_ context.Context, i int) error {
		label := captures[i].Label
		picture, err := families.ReadPicture(filepath.Join(set.Root, captures[i].Path))
		if err != nil || references[label] == nil {
			return err
		}
		labels := []string{label}
		for other := range references {
			if other != label && family(other) == family(label) {
				labels = append(labels, other)
			}
		}
		slices.Sort(labels[1:])
		made[i] = copySamples(imaging.FitWithin(picture, photoSide), labels[:min(len(labels), 1+lookAlikesPer)], references)
		return nil
	})
	return slices.Concat(made...), err
}

// photoSide is the longer side, in pixels, that photos are looked at with.
const photoSide = 1024

// copySamples lays a photo on the references of labels, the first of which is its
// own.
func copySamples(photo *imaging.Image, labels []string, references map[string]*alignment.Reference) []Sample {
	probe := alignment.NewProbe(photo.Gray())
	var samples []Sample
	for k, label := range labels {
		if l, ok := lay(probe, references[label]); ok {
			samples = append(samples, Sample{Ref: l.Reference, Laid: l.Photo, Seen: l.Visible, Kind: label, OtherKind: k > 0})
		}
	}
	return samples
}
