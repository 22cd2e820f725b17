//go:build !linux

package backup

import "errors"

// exchange cannot be done here.
func exchange(one, other string) error { return errors.ErrUnsupported }
