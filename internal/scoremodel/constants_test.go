package scoremodel

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// A calibration from before the constants were part of it says the same to the bit;
// one that has others goes by them, and one that has impossible ones is refused.
func TestCalibrationsWithAndWithoutConstants(t *testing.T) {
	c := mustFit(t, gaussian(2000, 0.1, 1))
	c.LLRModel = mustFitLLRModel(t, trialsLike(100, 5))
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	named := string(data)
	i := strings.Index(named, `,"constants":`)
	if i < 0 {
		t.Fatalf("it does not name its constants: %s", named)
	}
	unnamed := named[:i] + named[i+strings.Index(named[i:], "}"):][1:]
	read := func(data string) *LLRModel {
		t.Helper()
		c, err := ParseCalibration([]byte(data))
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		return c.LLRModel
	}
	before, after := read(unnamed), read(named)
	for share := 0.0; share <= 1; share += 0.07 {
		e := located(share)
		e.Blocks, e.Changed = 300, 0.01
		if before.LLR(e) != after.LLR(e) || after.LLR(e) != c.LLRModel.LLR(e) {
			t.Errorf("LLR of %v: %v, with constants %v", share, before.LLR(e), after.LLR(e))
		}
		if a, b := before.LookAlikePriorGiven(share, 0.01, 10), after.LookAlikePriorGiven(share, 0.01, 10); a != b {
			t.Errorf("prior given %v: %v, with constants %v", share, a, b)
		}
	}
	for _, change := range [][2]string{{`"enough_seen":0.5`, `"enough_seen":0.1`}, {`"enough_blocks":24`, `"enough_blocks":100`}, {`"even_blocks":4`, `"even_blocks":40`}} {
		e := located(0.9)
		e.Blocks = 300
		if other := read(strings.Replace(named, change[0], change[1], 1)); other.LLR(e) == after.LLR(e) {
			t.Errorf("%s makes no difference", change[1])
		}
	}
	for _, change := range [][2]string{
		{`"enough_seen":0.5`, `"enough_seen":0`}, {`"enough_blocks":24`, `"enough_blocks":0`}, {`"even_blocks":4`, `"even_blocks":0`},
		{`"least_changed":0.003`, `"least_changed":0`}, {`"margin_slope":0.25`, `"margin_slope":-2`},
	} {
		if _, err := ParseCalibration([]byte(strings.Replace(named, change[0], change[1], 1))); !errors.Is(err, ErrCalibration) {
			t.Errorf("%s: got %v", change[1], err)
		}
	}
}
