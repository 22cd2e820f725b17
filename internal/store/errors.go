package store

import "errors"

// What can be wrong with a gallery, each with what to do about it.
var (
	ErrNoGallery   = errors.New("there is no gallery: register something first, or name another one")
	ErrNotGallery  = errors.New("the file is no gallery, or its beginning is damaged: name another one, or restore it from a copy")
	ErrNewer       = errors.New("the gallery was written by a newer version of exemplar: install that version")
	ErrCorrupt     = errors.New("the gallery is damaged: restore it from a copy or an export")
	ErrReadOnly    = errors.New("the gallery cannot be written: check the permissions of the file and its folder, or those of the database's user")
	ErrDiskFull    = errors.New("the disk has no space left for this change, which was not made: free some space and try again")
	ErrBusy        = errors.New("another process is writing to the gallery: try again when it is done")
	ErrUnavailable = errors.New("the database cannot be reached, or does not answer: try again when it is back, and check its address if it is not")
	ErrLingers     = errors.New("it is removed, but its bytes are still in the file, because another process is reading it: run gallery compact when that process is done")
	ErrWrongModel  = errors.New("the gallery was made with another model: embed it anew (exemplar gallery reembed -g GALLERY), or use that model (--model BUNDLE)")
	ErrNoReference = errors.New("there is no such reference")
	ErrInvalid     = errors.New("the reference cannot be stored")
)
