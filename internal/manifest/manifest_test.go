package manifest

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestPaths(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             []string
		fault            string // part of the error
	}{
		{"lines", "a.txt", "\uFEFFa.jpg\r\n# no file\n\n b c.jpg\nlast", []string{"a.jpg", " b c.jpg", "last"}, ""},
		{"a table with a heading", "A.CSV", "id,Path,who\n1,\"a,b.jpg\",x\n2,,x\n3\n4,c.jpg", []string{"a,b.jpg", "c.jpg"}, ""},
		{"a table without", "a.csv", "a.jpg,1\nb.jpg,2\n", []string{"a.jpg", "b.jpg"}, ""},
		{"lines of JSON", "a.jsonl", "{\"file\": \"a.jpg\", \"id\": 1}\n\n\"b.jpg\"\n", []string{"a.jpg", "b.jpg"}, ""},
		{"JSON without a path", "a.jsonl", "{\"path\": \"a.jpg\"}\n{\"id\": 1}\n", []string{"a.jpg"}, "line 2: there is no path"},
		{"half a line of JSON", "a.jsonl", "{\"path\": \"a.j", nil, "line 1: it is no JSON"},
		{"a picture", "a.jpg", "\xff\xd8\xff\x00\n", nil, "line 1: it is no text"},
		{"a path that is no text", "a.txt", "a.jpg\nb\xe9.jpg\nc.jpg", []string{"a.jpg", "line 2: b\ufffd.jpg", "c.jpg"}, ""},
		{"one in a table", "a.csv", "path\nb\xe9.jpg\nc.jpg\n", []string{"line 2: b\ufffd.jpg", "c.jpg"}, ""},
		{"one at the end", "a.txt", "a.jpg\nb\xe9.jpg", []string{"a.jpg", "line 2: b\ufffd.jpg"}, ""},
		{"a long line", "a.txt", "a\n" + strings.Repeat("b", longest), []string{"a"}, "line 2 is longer"},
		{"nothing", "a.txt", "", nil, ""},
	} {
		var found []string
		var fault error
		for path, err := range Paths(strings.NewReader(c.text), KindOf(c.file)) {
			var bad *BadPath
			if errors.As(err, &bad) {
				path, err = bad.Name(), nil
			}
			if fault = err; err == nil {
				found = append(found, path)
			}
		}
		if !slices.Equal(found, c.want) {
			t.Errorf("%s: %q, want %q", c.name, found, c.want)
		}
		if (fault == nil) != (c.fault == "") || fault != nil && !strings.Contains(fault.Error(), c.fault) {
			t.Errorf("%s: error %v, want %q", c.name, fault, c.fault)
		}
	}
}

func FuzzPaths(f *testing.F) {
	f.Add("a.jpg\nb", 0)
	f.Add("path,x\n\"a\",1", 1)
	f.Add("{\"path\": \"a\"}", 2)
	f.Fuzz(func(t *testing.T, text string, kind int) {
		ended := false
		for path, err := range Paths(strings.NewReader(text), Kind(kind%3)) {
			if ended {
				t.Fatal("more after an error")
			}
			var bad *BadPath
			ended = err != nil && !errors.As(err, &bad)
			if err == nil && path == "" {
				t.Fatal("an empty path")
			}
		}
	})
}
