package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// allocated returns how many bytes are allocated while f runs.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// largePNG returns a white PNG of 16 bits: 150 kB that decode to 200 MB as the standard library does it.
func largePNG(side int) []byte {
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	header = append(header, 16, 6, 0, 0, 0)
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	row := bytes.Repeat([]byte{0xFF}, 1+8*side)
	row[0] = 0
	for range side {
		z.Write(row)
	}
	z.Close()
	out := append([]byte(pngSignature), pngChunk("IHDR", header)...)
	out = append(out, pngChunk("IDAT", pixels.Bytes())...)
	return append(out, pngChunk("IEND", nil)...)
}

const peakVariable, peakFileVariable = "IMAGING_TEST_PEAK", "IMAGING_TEST_PEAK_FILE"

// TestMain lets the test run itself to see how much memory decoding takes.
func TestMain(m *testing.M) {
	if kind := os.Getenv(peakVariable); kind != "" {
		printPeak(kind)
		return
	}
	os.Exit(m.Run())
}

// readFour reads four files, or devices without an end, at once.
func readFour(path string) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			data, release, err := ReadFile(path, Limits{Bytes: 64 << 20})
			if err == nil {
				_, _, err = Decode(data, DefaultLimits)
				release()
			}
			if err == nil {
				fmt.Println("zeros are a picture")
			}
		})
	}
	group.Wait()
}

// printPeak reads or decodes four large pictures at once and prints the most
// bytes that the process had.
func printPeak(kind string) {
	SetBudget(64 << 20)
	var data []byte
	switch kind {
	case "device":
		readFour("/dev/zero")
	case "file":
		readFour(os.Getenv(peakFileVariable))
	case "png":
		data = largePNG(5_000)
	case "png-full": // 27 MB each: two of them at once
		data = largePNG(3_000)
	}
	side := 1120
	if kind == "png-full" {
		side = 0
	}
	var group sync.WaitGroup
	for range 4 {
		if data == nil {
			break
		}
		group.Go(func() {
			if _, _, err := decode(data, side, DefaultLimits); err != nil {
				fmt.Println(err)
			}
		})
	}
	group.Wait()
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Print(strings.Fields(rest)[0])
}

// TestPeakMemory: four large pictures or files at once stay within the budget and what
// the program takes anyway.
func TestPeakMemory(t *testing.T) {
	if _, err := os.Stat("/proc/self/status"); err != nil || testing.Short() {
		t.Skip("no /proc, or a short run")
	}
	const fixed = 90 << 20 // the program, files, garbage that is not collected yet
	file := filepath.Join(t.TempDir(), "zeros")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, 60<<20); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"png", "png-full", "device", "file"} {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), peakVariable+"="+kind, peakFileVariable+"="+file)
		out, err := child.Output()
		if err != nil {
			t.Fatal(err)
		}
		kilobytes, err := strconv.Atoi(string(out))
		if err != nil {
			t.Fatalf("%s: %s", kind, out)
		}
		t.Logf("%s: %d MB", kind, kilobytes>>10)
		if kilobytes<<10 > 64<<20+fixed {
			t.Errorf("%s: %d MB", kind, kilobytes>>10)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	data := EncodePNG(drawPage(2480, 3508, 100, 3))
	for _, side := range []int{0, 1120} {
		b.Run(fmt.Sprint(side), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, _, err := decode(data, side, DefaultLimits); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
