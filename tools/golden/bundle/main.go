// Command bundle turns a network that was saved from PyTorch into a bundle.
//
//	go run ./tools/golden/bundle --tensors T.safetensors --description T.json --card CARD.md --out BUNDLE
//
// A bundle that exists at --out keeps its calibration if it holds the same network.
package main

import (
	"flag"
	"fmt"
	"os"

	"exemplar/internal/embed"
)

func main() {
	tensors := flag.String("tensors", "", "safetensors file with PyTorch's names")
	description := flag.String("description", "", "JSON file with architecture and preprocessing")
	card := flag.String("card", "", "text that describes the network to people")
	out := flag.String("out", "", "the bundle to write")
	flag.Parse()
	if err := convert(*tensors, *description, *card, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func convert(tensors, description, card, out string) error {
	var files [3][]byte
	for i, path := range []string{tensors, description, card} {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files[i] = data
	}
	b, err := embed.ImportTorch(files[0], files[1])
	if err != nil {
		return err
	}
	b.Card = string(files[2])
	if data, err := os.ReadFile(out); err == nil {
		if old, err := embed.Load(data); err == nil && old.Fingerprint == b.Fingerprint {
			b.Calibration = old.Calibration
		}
	}
	fmt.Println(b.Arch, b.Fingerprint)
	return b.Save(out)
}
