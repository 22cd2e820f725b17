//go:build !unix

package sqlite

func dropPrivileges() error { return nil }

func canDropPrivileges() bool { return false }

func setUmask(int) int { return 0 }
