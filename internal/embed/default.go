package embed

import (
	_ "embed"
	"sync"
)

// defaultFile is made by the command in the card, default.md.
//
//go:embed default.safetensors
var defaultFile []byte

var loadDefault = sync.OnceValue(func() *Bundle {
	b, err := Load(defaultFile)
	if err != nil {
		panic("embed: the embedded bundle is damaged: " + err.Error())
	}
	return b
})

// Default returns the bundle inside the program. All callers get the same one and must
// not change it.
func Default() *Bundle { return loadDefault() }
