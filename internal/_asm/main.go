// Command asm generates the assembly of packages kernel, features and alignment, with its Go declarations:
//
//	cd internal/_asm && go run . [-dir DIRECTORY] [PACKAGE ...]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"exemplar/internal/_asm/alignment"
	"exemplar/internal/_asm/features"
	"exemplar/internal/_asm/kernel"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// generators are the generators of each package's files, by name.
var generators = map[string]map[string]func(c *build.Context){
	"alignment": alignment.Files,
	"features":  features.Files,
	"kernel":    kernel.Files,
}

func main() {
	dir := flag.String("dir", "..", "directory of the packages")
	flag.Parse()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = slices.Sorted(maps.Keys(generators))
	}
	for _, pkg := range packages {
		files, ok := generators[pkg]
		if !ok {
			log.Fatalf("package %q has no assembly", pkg)
		}
		for name, generate := range files {
			if err := write(*dir, pkg, name, generate); err != nil {
				log.Fatalf("generate %s/%s: %v", pkg, name, err)
			}
		}
	}
}

// write compiles what generate emits to NAME_amd64.s and NAME_stubs_amd64.go.
func write(dir, pkg, name string, generate func(c *build.Context)) error {
	c := build.NewContext()
	c.ConstraintExpr("!purego")
	generate(c)
	file, err := c.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	config := printer.Config{Name: "internal/_asm", Pkg: pkg}
	for path, p := range map[string]printer.Printer{
		name + "_amd64.s":        printer.NewGoAsm(config),
		name + "_stubs_amd64.go": printer.NewStubs(config),
	} {
		text, err := p.Print(file)
		if err != nil {
			return fmt.Errorf("print %s: %w", path, err)
		}
		if err := os.WriteFile(filepath.Join(dir, pkg, path), bytes.TrimLeft(text, "\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}
