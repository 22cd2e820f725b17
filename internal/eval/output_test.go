package eval

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"exemplar/internal/fileio"
	"exemplar/internal/tensorfile"
)

func TestJSONShape(t *testing.T) {
	s := drawSet(31, numbered(12), 4, 16, 0.6)
	var b bytes.Buffer
	if err := WriteJSON(&b, []*Result{evaluate(t, s, Options{}), evaluate(t, drawSet(1, numbered(1), 1, 4, 0), Options{})}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Sets []map[string]any `json:"sets"`
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, "set", got.Sets[0], "name", "images", "refused", "verification", "identification", "classification")
	v := got.Sets[0]["verification"].(map[string]any)
	wantKeys(t, "verification", v, "mated_pairs", "non_mated_pairs", "auroc", "eer", "points")
	wantKeys(t, "point", v["points"].([]any)[0].(map[string]any), "fmr_target", "fmr", "threshold", "tpr", "low", "high", "supported")
	id := got.Sets[0]["identification"].(map[string]any)
	open := id["open"].([]any)
	wantKeys(t, "open", open[0].(map[string]any), "protocol", "fpir_target", "fpir", "fnir", "low", "high", "threshold")
	if len(id["ranks"].([]any)) != MaxRank || len(open) != 2*len(OpenTargets) || len(v["points"].([]any)) != len(Targets) {
		t.Errorf("%d ranks, %d open points, %d points", len(id["ranks"].([]any)), len(open), len(v["points"].([]any)))
	}
	if got.Sets[1]["verification"] != nil {
		t.Error("a single image has a verification")
	}
}

func wantKeys(t *testing.T, what string, object map[string]any, keys ...string) {
	t.Helper()
	for _, k := range keys {
		if _, ok := object[k]; !ok {
			t.Errorf("%s has no %q", what, k)
		}
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, []*Result{evaluate(t, drawSet(31, numbered(12), 4, 16, 0.6), Options{})}); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || !slices.Equal(lines[0], csvColumns) || len(lines) != 1+6+len(Targets)+MaxRank+2*len(OpenTargets) {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

func TestReadScores(t *testing.T) {
	s, err := ReadScores(strings.NewReader("score,mated,class_a,class_b\n12,1,a,a\n7,0,a,b\n7,1,b,b\n-3,false,c,a\n"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := s.Verify()
	if err != nil || v.MatedPairs != 2 || v.NonMatedPairs != 2 {
		t.Fatalf("%+v, %v", v, err)
	}
	near(t, "auroc", v.AUROC, 3.5/4, 1e-12)
	for name, text := range map[string]string{
		"empty": "", "header": "a,b,c,d\n", "columns": "score,mated,class_a,class_b\n1,1,a\n",
		"score": "score,mated,class_a,class_b\nhigh,1,a,a\n", "infinite": "score,mated,class_a,class_b\nInf,1,a,a\n", "huge": "score,mated,class_a,class_b\n1e39,1,a,a\n",
		"endless line": strings.Repeat("0", 1<<20), "endless class": "score,mated,class_a,class_b\n1,1," + strings.Repeat("a", 1<<20),
		"mated": "score,mated,class_a,class_b\n1,perhaps,a,a\n", "contradiction": "score,mated,class_a,class_b\n1,1,a,b\n",
	} {
		if _, err := ReadScores(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestScoresWithoutEnd: a file without lines is not read to its end.
func TestScoresWithoutEnd(t *testing.T) {
	endless := &counted{}
	if _, err := ReadScores(endless); !errors.Is(err, fileio.ErrTooLarge) || endless.read > 1<<20 {
		t.Errorf("%d bytes were read: %v", endless.read, err)
	}
}

// counted yields zeros without end, but for a test that has failed.
type counted struct{ read int }

func (c *counted) Read(p []byte) (int, error) {
	if c.read += len(p); c.read > 1<<26 {
		return 0, io.EOF
	}
	clear(p)
	return len(p), nil
}

func FuzzReadScores(f *testing.F) {
	f.Add("score,mated,class_a,class_b\n12,1,a,a\n7,0,a,b\n")
	f.Add("score,mated,class_a,class_b\n\"1\",true,\"\",\"\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ReadScores(strings.NewReader(text)); err == nil {
			if v, err := s.Verify(); err == nil && !(v.AUROC >= 0 && v.AUROC <= 1) {
				t.Errorf("AUROC %v", v.AUROC)
			}
		}
	})
}

func TestReadEmbeddings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.npy")
	data, err := tensorfile.EncodeNpy(tensorfile.NewFloat32([]float32{3, 4, 0, 2}, 2, 2))
	if err != nil {
		t.Fatal(err)
	}
	if err := tensorfile.WriteFile(path, data); err != nil {
		t.Fatal(err)
	}
	x, dim, err := ReadEmbeddings(path, 2)
	if err != nil || dim != 2 || !slices.Equal(x, []float32{0.6, 0.8, 0, 1}) {
		t.Errorf("%v, %d, %v", x, dim, err)
	}
	if _, _, err := ReadEmbeddings(path, 3); err == nil {
		t.Error("three images, two rows: no error")
	}
	if _, _, err := ReadEmbeddings(path+"x", 2); err == nil {
		t.Error("no file: no error")
	}
}
