package backup

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"exemplar/internal/fileio"
)

// replace puts the folder in the place of the one that has its name, and removes that.
func (p *place) replace() error {
	syncFolders(p.made)
	old := p.made
	err := exchange(p.made, p.final)
	if err != nil {
		old, err = p.replaceInTwo()
	}
	if err != nil {
		return err
	}
	p.made = ""
	fileio.SyncFolder(filepath.Dir(p.final))
	if err := os.RemoveAll(old); err != nil {
		return fmt.Errorf("all is restored, but what was there before is left in %q: %w", old, err)
	}
	return nil
}

// replaceInTwo is for systems that cannot exchange two names. Between the two steps there
// is no folder of the name; whoever is killed there leaves the old one as NAME.replaced.
func (p *place) replaceInTwo() (old string, err error) {
	old = p.final + ".replaced"
	if err := os.Rename(p.final, old); err != nil {
		return "", err
	}
	if err := os.Rename(p.made, p.final); err != nil {
		return "", errors.Join(err, os.Rename(old, p.final))
	}
	return old, nil
}
