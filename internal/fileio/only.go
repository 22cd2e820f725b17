package fileio

import (
	"errors"
	"os"
)

// ErrTaken says that another process has a lock.
var ErrTaken = errors.New("another process is at work there")

// Only makes sure that one process at a time is between Only and release. It makes the file at
// path, which stays. The lock ends with the process, also if that is killed.
func Only(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, Private)
	if err != nil {
		return nil, err
	}
	taken, err := takeLock(f)
	if taken {
		err = ErrTaken
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
