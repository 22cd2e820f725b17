package archive

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
)

// readManifest reads the manifest: it keeps the head and calls use, if it is not nil,
// with each record.
func (in *export) readManifest(use func(record *manifestRecord) error) error {
	r, _, err := in.open(manifestName, math.MaxInt64)
	if err != nil {
		return err
	}
	defer r.Close()
	limited := &refilledReader{r: r}
	d := &manifestReader{in: in, json: json.NewDecoder(limited), limited: limited, use: use}
	err = d.read()
	if err == nil {
		_, err = io.Copy(io.Discard, r) // the ZIP reader compares the checksum at the end
	}
	if d.stopped {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrExport, manifestName, err)
	}
	in.count = d.count
	return nil
}

// manifestReader reads a manifest value by value.
type manifestReader struct {
	in      *export
	json    *json.Decoder
	limited *refilledReader
	use     func(record *manifestRecord) error
	count   int
	stopped bool // by use
}

func (d *manifestReader) read() error {
	if err := d.delimiter('{'); err != nil {
		return err
	}
	fields := map[string]any{"format": &d.in.Format, "version": &d.in.Version, "gallery": &d.in.Gallery, "model": &d.in.Model,
		"dim": &d.in.Dim, "embeddings_sha256": &d.in.EmbeddingsSHA256}
	for listed := false; d.json.More(); {
		d.limited.refill()
		key, err := d.json.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if name == "references" {
			if listed {
				return fmt.Errorf("references are listed twice")
			}
			listed = true
			if err := d.records(); err != nil {
				return err
			}
			continue
		}
		field, known := fields[name]
		if !known {
			field = new(json.RawMessage)
		}
		if err := d.json.Decode(field); err != nil {
			return err
		}
	}
	return d.delimiter('}')
}

func (d *manifestReader) records() error {
	if err := d.delimiter('['); err != nil {
		return err
	}
	for d.json.More() {
		d.limited.refill()
		var record manifestRecord
		if err := d.json.Decode(&record); err != nil {
			return err
		}
		if d.count++; d.count > len(d.in.files) { // each has a picture of its own
			return fmt.Errorf("more references than files")
		}
		if d.use == nil {
			continue
		}
		if err := d.use(&record); err != nil {
			d.stopped = true
			return err
		}
	}
	return d.delimiter(']')
}

func (d *manifestReader) delimiter(want json.Delim) error {
	d.limited.refill()
	got, err := d.json.Token()
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%v where %v should be", got, want)
	}
	return nil
}

// refilledReader reads at most maxRecordBytes between refills, so that no single
// value takes more.
type refilledReader struct {
	r    io.Reader
	left int
}

func (r *refilledReader) refill() { r.left = maxRecordBytes }

// Read reads at most what is left.
func (r *refilledReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, fmt.Errorf("a value is longer than %d bytes", maxRecordBytes)
	}
	n, err := r.r.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}
