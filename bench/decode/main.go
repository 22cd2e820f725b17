// Command decode measures the decoding of JPEG files in memory. It prints JSON: process
// CPU milliseconds per picture, by scale and for the standard library.
//
//	go run ./bench/decode -seconds 1 photo.jpg
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"image/jpeg"
	"log"
	"os"
	"runtime"
	"time"

	"exemplar/internal/cputime"
	"exemplar/internal/imaging"
	ours "exemplar/internal/imaging/jpeg"
)

func main() {
	log.SetFlags(0)
	seconds := flag.Float64("seconds", 0.5, "how long to repeat each measurement")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	results := map[string]map[string]float64{}
	for _, path := range flag.Args() {
		data, err := os.ReadFile(path)
		if err != nil {
			log.Fatal(err)
		}
		results[path] = measure(data, time.Duration(*seconds*float64(time.Second)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(results); err != nil {
		log.Fatal(err)
	}
}

// measure times the ways to decode a file: at 1/1 to 1/8, and by image/jpeg with the
// conversion to RGB that a network needs.
func measure(data []byte, span time.Duration) map[string]float64 {
	ways := map[string]func() error{
		"1": scaled(data, 1), "2": scaled(data, 2), "4": scaled(data, 4), "8": scaled(data, 8),
		"image/jpeg": func() error {
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err == nil {
				imaging.FromImage(img)
			}
			return err
		},
	}
	result := map[string]float64{}
	for name, work := range ways {
		ms, err := cpuMilliseconds(work, span)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		result[name] = ms
	}
	return result
}

func scaled(data []byte, scale int) func() error {
	return func() error {
		_, _, _, err := ours.Decode(data, scale)
		return err
	}
}

// cpuMilliseconds returns the CPU time of the process for one call of work, with the
// collection of garbage.
func cpuMilliseconds(work func() error, span time.Duration) (float64, error) {
	if err := work(); err != nil {
		return 0, err
	}
	calls, start, cpu := 0, time.Now(), cputime.Used()
	for time.Since(start) < span {
		if err := work(); err != nil {
			return 0, err
		}
		calls++
	}
	return (cputime.Used() - cpu).Seconds() * 1e3 / float64(calls), nil
}
