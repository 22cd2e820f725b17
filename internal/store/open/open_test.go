package open

import (
	"errors"
	"path/filepath"
	"testing"

	"exemplar/internal/store"
)

func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "test.gallery")
	if s, err := Store(name, store.Options{}); s != nil || !errors.Is(err, store.ErrNoGallery) {
		t.Errorf("what is not there: %v, %v", s, err)
	}
	s, err := Store(name, store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
