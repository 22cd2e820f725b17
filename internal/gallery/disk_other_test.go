//go:build !linux

package gallery

import "testing"

func smallDisk(t *testing.T) string {
	t.Skip("no way to make a small disk here")
	return ""
}
