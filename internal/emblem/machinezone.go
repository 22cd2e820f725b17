package emblem

import (
	"math"
	"slices"

	"exemplar/internal/imaging"
)

const (
	// A machine-readable zone (ICAO Doc 9303) has two or three lines of 44, 36 or 30
	// characters, all as wide, in the lower part of the page. zoneShare of the page is
	// searched, from its foot.
	zoneShare              = 0.45
	fewestSigns, mostSigns = 28, 47
	// zoneAcross is how much of the page a line takes up at least, in zonePieces of it, and
	// zoneGap how far apart two are at most, in widths of a character, which differ by
	// samePitch at most. All by eye, as are those below.
	zoneAcross, zonePieces, zoneGap, samePitch = 0.7, 20, 3, 0.04
	// zoneRhythm is by how much the columns of a line correlate better with those one to
	// four characters further than with those halfway between. Of the references of
	// kinds_identity 12 of the 13 with a zone do, of some 450 others of ../shared/data/bench two.
	zoneRhythm, zoneBeats = 0.4, 4
)

// MachineZoneLines is the number of lines of the machine-readable zone that a picture
// shows: two on the data page of a passport and on large cards, three on the back of
// small ones; 0 if it has none.
func MachineZoneLines(g *imaging.Gray) int {
	if g.W < 2*mostSigns || g.H < mostSigns {
		return 0
	}
	for _, light := range []bool{false, true} {
		if light {
			g = inverted(g)
		}
		dark := ink(g)
		var run []zoneLine
		most := 0
		for _, l := range textLines(dark, g.W, int((1-zoneShare)*float64(g.H))) {
			if l.pitch, l.rhythm = rhythmOf(dark, g.W, l); l.rhythm < zoneRhythm/2 {
				continue
			}
			if len(run) > 0 && !l.follows(&run[len(run)-1]) {
				run = nil
			}
			if run = append(run, l); strong(run) >= 2 {
				most = max(most, len(run))
			}
		}
		if most > 0 {
			return most
		}
	}
	return 0
}

// zoneLine is a run of rows.
type zoneLine struct {
	from, to int
	pitch    float64 // width of a character
	rhythm   float64 // see zoneRhythm
}

func (l *zoneLine) follows(last *zoneLine) bool {
	return float64(l.from-last.to) < zoneGap*l.pitch && math.Abs(l.pitch-last.pitch) < samePitch*l.pitch
}

// strong counts the lines that have the rhythm; others of a zone are mostly names.
func strong(run []zoneLine) int {
	n := 0
	for _, l := range run {
		if l.rhythm >= zoneRhythm {
			n++
		}
	}
	return n
}

func inverted(g *imaging.Gray) *imaging.Gray {
	out := &imaging.Gray{W: g.W, H: g.H, Pix: make([]byte, len(g.Pix))}
	for i, v := range g.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// textLines are the runs of rows from first on with ink across much of the page.
func textLines(dark []bool, w, first int) []zoneLine {
	var lines []zoneLine
	h := len(dark) / w
	open := false
	for y := first; y <= h; y++ {
		full := false
		if y < h {
			n := 0
			for i := range zonePieces {
				if slices.Contains(dark[y*w+i*w/zonePieces:y*w+(i+1)*w/zonePieces], true) {
					n++
				}
			}
			full = float64(n) >= zoneAcross*zonePieces
		}
		switch {
		case full && !open:
			lines = append(lines, zoneLine{from: y})
			open = true
		case !full && open:
			lines[len(lines)-1].to = y
			open = false
		}
	}
	return lines
}

// rhythmOf returns the width of the characters of a line, and how much better its columns
// correlate with those some characters further than with those between.
func rhythmOf(dark []bool, w int, l zoneLine) (pitch, rhythm float64) {
	high := l.to - l.from
	if high < 4 || high > w/15 {
		return 0, 0
	}
	columns := make([]float64, w)
	for x := range columns {
		for y := l.from; y < l.to; y++ {
			if dark[y*w+x] {
				columns[x]++
			}
		}
	}
	left, right := 0, w
	for left < w && columns[left] == 0 {
		left++
	}
	for right > left && columns[right-1] == 0 {
		right--
	}
	columns = columns[left:right]
	for p := zoneAcross * float64(w) / mostSigns; p < float64(w)/fewestSigns; p *= 1.01 {
		c := 0.0
		for k := 1.0; k <= zoneBeats; k++ {
			c += (selfCorrelation(columns, k*p) - selfCorrelation(columns, (k-0.5)*p)) / zoneBeats
		}
		if c > rhythm {
			pitch, rhythm = p, c
		}
	}
	return pitch, rhythm
}

// selfCorrelation is the correlation of values with those so much further.
func selfCorrelation(v []float64, by float64) float64 {
	at, share := int(by), by-math.Floor(by)
	n := len(v) - at - 1
	if n < len(v)/3 {
		return 0
	}
	var sa, sb, saa, sbb, sab float64
	for i := range n {
		a, b := v[i], (1-share)*v[i+at]+share*v[i+at+1]
		sa, sb, saa, sbb, sab = sa+a, sb+b, saa+a*a, sbb+b*b, sab+a*b
	}
	m := float64(n)
	d := (saa - sa*sa/m) * (sbb - sb*sb/m)
	if d <= 0 {
		return 0
	}
	return (sab - sa*sb/m) / math.Sqrt(d)
}
