//go:build !unix

package pdf

func reserve(uint64) (reserved []byte, release func(), ok bool) { return nil, nil, false }
