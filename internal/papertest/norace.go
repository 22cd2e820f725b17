//go:build !race

package papertest

// UnderRace says that the race detector is on. Arithmetic then takes ten times as long, and
// compiling the module that draws PDFs minutes.
const UnderRace = false
