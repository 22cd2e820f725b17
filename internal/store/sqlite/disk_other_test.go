//go:build !linux

package sqlite

import "testing"

func smallDisk(t *testing.T) string {
	t.Skip("no way to make a small disk here")
	return ""
}
