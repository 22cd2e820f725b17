package main

import (
	"bytes"
	"errors"
	"flag"
	"slices"
	"strings"
	"testing"
)

func TestHelpAfterACommandStartsNothing(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"climb", "-h"}, {"climb", "--help"}, {"-seeds", "2", "measure", "-help"}} {
		var out bytes.Buffer
		if _, _, _, err := parse(args, &out); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%q: error %v, want help", args, err)
		}
		if !strings.Contains(out.String(), "usage: ladder") {
			t.Errorf("%q writes no usage: %q", args, out.String())
		}
	}
}

func TestFlagsAfterClimbAreRefused(t *testing.T) {
	if _, _, _, err := parse([]string{"climb", "-seeds", "2"}, new(bytes.Buffer)); err == nil || errors.Is(err, flag.ErrHelp) {
		t.Errorf("climb -seeds 2: error %v, want a refusal", err)
	}
}

func TestParse(t *testing.T) {
	o, command, rest, err := parse([]string{"-seeds", "2,3", "-rungs", "both,centres", "climb"}, new(bytes.Buffer))
	if err != nil || command != "climb" || len(rest) > 0 || !slices.Equal(o.seeds, []uint64{2, 3}) || !slices.Equal(o.rungs, []string{"both", "centres"}) {
		t.Errorf("%+v, %q, %q, %v", o, command, rest, err)
	}
	_, command, rest, err = parse([]string{"measure", "a", "b"}, new(bytes.Buffer))
	if err != nil || command != "measure" || !slices.Equal(rest, []string{"a", "b"}) {
		t.Errorf("%q, %q, %v", command, rest, err)
	}
	if _, command, _, err = parse([]string{"clime"}, new(bytes.Buffer)); command != "" || err != nil {
		t.Errorf("an unknown command is %q, %v", command, err)
	}
}
