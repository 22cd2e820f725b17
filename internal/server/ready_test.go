package server

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"exemplar"
	"exemplar/internal/embed"
	"exemplar/internal/imaging"
	"exemplar/internal/service"
	"exemplar/internal/synthdoc"
)

// A collection of another model, as after an update, is told by readiness: while others can be
// used the server is ready, and says what is wrong; where none can, it is not.
func TestReadinessTellsOtherModels(t *testing.T) {
	s := newTestServer(t)
	ready := func(want int, status, detail string) {
		t.Helper()
		_, data := s.send(want, "GET", "/readyz", "", nil)
		var said struct{ Detail string }
		if err := json.Unmarshal(data, &said); err != nil || detail == "" && said.Detail != "" || !strings.Contains(said.Detail, detail) || !strings.Contains(string(data), status) {
			t.Errorf("%d: %s, %v; want %s %q", want, data, err, status, detail)
		}
	}
	ready(200, `"ok"`, "")
	ask[service.Collection](s, 201, "POST", "/collections", service.NewCollection{Name: "old"})
	ready(200, `"ok"`, "") // an empty gallery is of no model yet
	registerOf(t, otherModel(t), filepath.Join(s.dir, "collections", "old.gallery"))
	ready(503, "", "nothing can be looked up in any collection")
	ask[service.Collection](s, 201, "POST", "/collections", service.NewCollection{Name: "new"})
	ready(200, `"partly"`, "in 1 of 2 collections: exemplar doctor")
	g := openGallery(t, exemplar.DefaultModel(), filepath.Join(s.dir, "collections", "old.gallery"))
	if err := g.Reembed(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	ready(200, `"ok"`, "")
}

// otherModel is a network of random weights under the default's calibration.
func otherModel(t *testing.T) *exemplar.Model {
	t.Helper()
	bundle, err := embed.New(embed.Default().Arch, 5)
	if err != nil {
		t.Fatal(err)
	}
	bundle.Calibration = embed.Default().Calibration
	path := filepath.Join(t.TempDir(), "other.safetensors")
	if err := bundle.Save(path); err != nil {
		t.Fatal(err)
	}
	m, err := exemplar.OpenModel(path)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openGallery(t *testing.T, m *exemplar.Model, path string) *exemplar.Gallery {
	t.Helper()
	g, err := exemplar.Open(path, exemplar.Options{Mode: exemplar.ReadWrite, Model: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// registerOf registers a ticket with a model.
func registerOf(t *testing.T, m *exemplar.Model, path string) {
	t.Helper()
	picture := imaging.EncodePNG(synthdoc.Draw(synthdoc.Document{Kind: "ticket", Template: 3, Size: 400}))
	g := openGallery(t, m, path)
	added, err := g.Register(t.Context(), []exemplar.Item{{Label: "ticket", Source: "t", Picture: exemplar.FromBytes(picture)}}, exemplar.RegisterOptions{})
	if err != nil || len(added) != 1 {
		t.Fatal(added, err)
	}
}
