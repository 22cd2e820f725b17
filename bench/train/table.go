package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"exemplar/internal/kernel"
	"exemplar/internal/tensorfile"
)

// writeTable writes the figures of a whole run as a page.
func writeTable(path string, figures []figure, rounds int, seconds float64) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# The trainer beside its peers\n\nMade by `go run ./bench/train -python python -rounds %d -seconds %g all` in one run, on %s, %d cores, kernels %s, %s.\n",
		rounds, seconds, processor(), runtime.NumCPU(), kernel.Variants()[len(kernel.Variants())-1], runtime.Version())
	b.WriteString("CPU times are those of all the processes of a side, best of several rounds; images per second are by the clock, so work beside it lowers both sides; the figure of two cores beside one is worth nothing then.\n\n")
	b.WriteString("| what | unit | exemplar | peer | the peer is | ratio | wanted |\n|---|---|---|---|---|---|---|\n")
	for _, f := range figures {
		peer, ratio := "", ""
		if f.Peer > 0 {
			peer, ratio = number(f.Peer), fmt.Sprintf("%.2f", f.Ratio)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", f.What, f.Unit, number(f.Ours), peer, f.Whose, ratio, f.Want)
	}
	return tensorfile.WriteFile(path, []byte(b.String()))
}

// number writes three significant digits.
func number(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

// processor is the model name of the processor, if the system tells it.
func processor() string {
	data, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
