//go:build race

package papertest

// UnderRace says that the race detector is on. Compiling the module that draws PDFs then takes
// minutes.
const UnderRace = true
