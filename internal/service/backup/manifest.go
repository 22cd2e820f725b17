package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"time"

	"exemplar/internal/fileio"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format    string    `json:"format"`
	Version   int       `json:"version"`
	Made      time.Time `json:"made"` // the moment that is copied
	Of        string    `json:"of"`   // folder of the service
	Contents  Contents  `json:"contents"`
	Elsewhere string    `json:"elsewhere,omitempty"` // what belongs to the service and is not in the backup
	Problems  []string  `json:"problems,omitempty"`  // of the service itself, which its copy has as well
	Files     []File    `json:"files"`
}

// Contents counts what the files hold.
type Contents struct {
	Collections int    `json:"collections"`
	References  int    `json:"references"`
	Decisions   int64  `json:"decisions"`
	Pictures    int    `json:"pictures"` // kept in a folder; others are in the databases
	AuditRows   int64  `json:"audit_rows"`
	AuditHead   string `json:"audit_head"` // hash of the last row
}

// File is a file of a backup.
type File struct {
	Name   string `json:"name"` // below the folder, with slashes
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files.
func (m Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Bytes
	}
	return n
}

const (
	format        = "exemplar backup"
	formatVersion = 1
	manifestName  = "manifest.json"
	// mostManifest bounds the manifest in memory: 2 million files.
	mostManifest = 300 << 20
)

// write writes the manifest, after which the folder is a backup.
func (m Manifest) write(folder string) error {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return fileio.WriteBytes(filepath.Join(folder, manifestName), fileio.Private, append(text, '\n'))
}

// Read reads the manifest of a backup. It may come from anybody: all its names are below
// the folder.
func Read(folder string) (Manifest, error) {
	var m Manifest
	text, err := fileio.ReadFile(filepath.Join(folder, manifestName), mostManifest)
	if err != nil {
		return m, fmt.Errorf("%q is no backup, or not a whole one: %w", folder, err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s of %q cannot be read: %w", manifestName, folder, err)
	}
	switch {
	case m.Format != format:
		return m, fmt.Errorf("%q is no backup: its %s is that of something else", folder, manifestName)
	case m.Version > formatVersion:
		return m, fmt.Errorf("the backup %q was made by a newer version of this program: use that", folder)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		err := checkName(f.Name)
		if err == nil && (seen[f.Name] || f.Bytes < 0) {
			err = errors.New("twice, or with less than no bytes")
		}
		if err != nil {
			return m, fmt.Errorf("%s of %q names the file %q: that cannot be: %w", manifestName, folder, f.Name, err)
		}
		seen[f.Name] = true
	}
	return m, nil
}

// checkName returns an error for a name that no backup has.
func checkName(name string) error {
	local, err := filepath.Localize(name)
	if err != nil {
		return err
	}
	if path.Clean(name) != name || !filepath.IsLocal(local) || strings.Count(name, "/") > 3 {
		return errors.New("it is not a name below the folder")
	}
	return nil
}
