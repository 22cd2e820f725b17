package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// variant names one implementation of all operations; later ones are faster.
type variant uint8

const (
	generic variant = iota
	avx2            // AVX2, FMA
	avx512          // AVX-512 F, BW, DQ, VL, VBMI, VNNI: Ice Lake, Zen 4 and later
)

// The names of the variants, for packages that have assembly of their own.
const (
	Generic = "generic"
	AVX2    = "avx2"
	AVX512  = "avx512"
)

var variantNames = [...]string{generic: Generic, avx2: AVX2, avx512: AVX512}

// EnvVariant is the environment variable that chooses a variant at start. An unknown or unsupported name is ignored;
// [Active] returns the variant in use.
const EnvVariant = "EXEMPLAR_KERNEL"

// active is the variant in use.
var active = startVariant(os.Getenv(EnvVariant))

func startVariant(name string) variant {
	available := supported()
	for _, v := range available {
		if variantNames[v] == name {
			return v
		}
	}
	return available[len(available)-1]
}

// Variants returns the names of the variants that this build has and this processor can run, the fastest last.
func Variants() []string {
	var names []string
	for _, v := range supported() {
		names = append(names, variantNames[v])
	}
	return names
}

// Active returns the name of the variant in use.
func Active() string { return variantNames[active] }

// Use makes all operations run in the named variant. It must not be called while others compute.
func Use(name string) error {
	i := slices.Index(variantNames[:], name)
	if i < 0 || !slices.Contains(supported(), variant(i)) {
		return fmt.Errorf("kernel variant %q is not available here: choose one of %s", name, strings.Join(Variants(), ", "))
	}
	active = variant(i)
	return nil
}
