package postgres

import (
	"context"
	"testing"

	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// BenchmarkChangesSince is what every search begins with, if nothing has changed.
func BenchmarkChangesSince(b *testing.B) {
	ctx := context.Background()
	g := openGallery(b, collectionOf(sharedDatabase(b)))
	storetest.Fill(b, g, 10)
	position, err := g.ChangesSince(ctx, store.Position{}, storetest.Model, storetest.Dim, func(store.Change) {})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := g.ChangesSince(ctx, position, storetest.Model, storetest.Dim, func(store.Change) { b.Fatal("a change") }); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	name := collectionOf(sharedDatabase(b))
	openGallery(b, name)
	for b.Loop() {
		g, err := Open(name, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		g.Close()
	}
}

func BenchmarkList(b *testing.B) {
	g := openGallery(b, collectionOf(sharedDatabase(b)))
	storetest.Fill(b, g, 10)
	for b.Loop() {
		storetest.List(b, g, store.Filter{})
	}
}

// BenchmarkPut registers one reference.
func BenchmarkPut(b *testing.B) {
	g := openGallery(b, collectionOf(sharedDatabase(b)))
	seed := uint64(0)
	for b.Loop() {
		seed++
		storetest.Put(b, g, storetest.Entry("a", seed))
	}
}

func BenchmarkStage(b *testing.B) {
	ctx := context.Background()
	g := openGallery(b, collectionOf(sharedDatabase(b)))
	seed := uint64(0)
	for b.Loop() {
		seed++
		s, err := g.Stage(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Put(ctx, storetest.Entry("a", seed)); err != nil {
			b.Fatal(err)
		}
		if _, err := s.Commit(ctx); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
