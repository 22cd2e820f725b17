package papertest

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
)

// ZIP is an archive of files, in the order of their names.
func ZIP(files map[string][]byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		if err != nil {
			panic(err)
		}
		w.Write(files[name])
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
