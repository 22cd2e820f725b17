// Command asm writes the assembly of package kernel and its Go declarations:
//
//	cd internal/kernel/_asm && go run .
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

func main() {
	dir := flag.String("dir", "..", "directory of package kernel")
	flag.Parse()
	for name, generate := range map[string]func(c *build.Context){
		"matmul":       matMul,
		"depthwise":    depthwise,
		"stem":         stem,
		"pool":         pool,
		"dot":          dot,
		"gradient":     gradient,
		"channels":     channels,
		"channelblock": channelBlocks,
		"update":       update,
		"stemweights":  stemWeights,
	} {
		if err := write(*dir, name, generate); err != nil {
			log.Fatalf("generate %s: %v", name, err)
		}
	}
}

// write compiles what generate emits to NAME_amd64.s and NAME_stubs_amd64.go.
func write(dir, name string, generate func(c *build.Context)) error {
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
	config := printer.Config{Name: "internal/kernel/_asm", Pkg: "kernel"}
	for path, p := range map[string]printer.Printer{
		name + "_amd64.s":        printer.NewGoAsm(config),
		name + "_stubs_amd64.go": printer.NewStubs(config),
	} {
		text, err := p.Print(file)
		if err != nil {
			return fmt.Errorf("print %s: %w", path, err)
		}
		if err := os.WriteFile(filepath.Join(dir, path), bytes.TrimLeft(text, "\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}
