package embed

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"exemplar/internal/imaging"
)

// TestPhotosEndToEnd goes from files of several sizes to embeddings: decoding,
// area resampling, network.
func TestPhotosEndToEnd(t *testing.T) {
	inputs := readNpy(t, shared(t, "reference/photos_inputs.npy"))
	want := float32s(t, readNpy(t, shared(t, "reference/photos_embeddings.npy")))
	paths, err := filepath.Glob(filepath.Join(shared(t, "reference/photos"), "*.png"))
	if err != nil || len(paths) != inputs.Shape[0] {
		t.Fatalf("%d photos, %v", len(paths), err)
	}
	slices.Sort(paths)
	var pixels []byte
	for i, path := range paths {
		small := photo(t, path)
		recorded := inputs.Data[i*len(small):][:len(small)]
		if apart := maxBytesApart(small, recorded); apart > 0 {
			t.Errorf("%s: input apart by %d of 255", filepath.Base(path), apart)
		}
		pixels = append(pixels, small...)
	}
	got := make([]float32, len(want))
	reference(t).Freeze().EmbedRaw(got, pixels, len(paths))
	checkClose(t, "photos", got, want, 256, 1e-4)
}

// photo decodes a file and resamples it to the network's input.
func photo(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	image, _, err := imaging.Decode(data, imaging.Limits{Bytes: 1 << 24, Pixels: 1 << 24})
	if err != nil {
		t.Fatal(err)
	}
	return imaging.ResizeArea(image, 128, 128).Pix
}

func maxBytesApart(a, b []byte) int {
	apart := 0
	for i := range a {
		apart = max(apart, int(a[i])-int(b[i]), int(b[i])-int(a[i]))
	}
	return apart
}
