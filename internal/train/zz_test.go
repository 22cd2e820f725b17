package train

import (
	"context"
	"os"
	"testing"
)

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	cfg, err := LoadConfig(os.Getenv("ZZ"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), cfg, Options{Progress: os.Stdout, Resume: os.Getenv("ZZR") != "", everyStep: os.Getenv("ZZE") != ""})
	t.Log(r, err)
}
