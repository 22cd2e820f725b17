package storetest

import (
	"strings"
	"testing"

	"exemplar/internal/store"
)

// Instance is a place for one gallery. At first it holds none.
type Instance struct {
	// Open opens the gallery. Tests call it several times, as several processes would.
	Open func(opts store.Options) (store.Store, error)
	// Spoil changes a part of a reference behind the store's back: one byte of it, or its
	// checksum.
	Spoil func(id string, part store.Part) error
}

// suite lists the tests, each named after the rule that it checks.
var suite = []struct {
	name string
	test func(t *testing.T, fresh func(t testing.TB) Instance)
}{
	{"Put: what is put can be read", testPutAndRead},
	{"Put: all or nothing", testPutIsAllOrNothing},
	{"Put: what breaks a rule is refused", testPutRefuses},
	{"Put: sources of any bytes", testSourceOfAnyBytes},
	{"Put: no doubles", testNoDoubles},
	{"List: filters and order", testList},
	{"Labels", testLabels},
	{"Rename", testRename},
	{"Part", testPart},
	{"Remove", testRemove},
	{"SetNote", testSetNote},
	{"SetContents", testSetContents},
	{"EachWords", testEachWords},
	{"Stage: replaces once", testStageReplacesOnce},
	{"Stage: leaves the store until it is committed", testStageLeavesTheStoreUntilCommitted},
	{"Stage: doubles within it", testStageDoubles},
	{"Merge: what is there is skipped", testMergeSkipsWhatIsThere},
	{"Merge: all or nothing", testMergeIsAllOrNothing},
	{"ChangesSince: the first time", testChangesFromTheBeginning},
	{"ChangesSince: the sequence", testChangesInSequence},
	{"ChangesSince: another model", testChangesOfAnotherModel},
	{"ChangesSince: any history", testAnyHistory},
	{"Numbered: each change tells its own number", testNumbered},
	{"Snapshot: one moment", testSnapshotIsOneMoment},
	{"Damage: harms itself alone", testDamageHarmsItselfAlone},
	{"Repair", testRepair},
	{"Repair: with another model", testRepairWithAnotherModel},
	{"Reembed", testReembed},
	{"Reembed: interrupted", testReembedInterrupted},
	{"Reembed: in small batches", testReembedInSmallBatches},
	{"Reembed: while others change", testReembedWhileOthersChange},
	{"Reembed: what breaks a rule is refused", testReembedRefuses},
	{"Reembed: other words", testReembedUpgradesWords},
	{"Compact: keeps what is there", testCompact},
	{"Open: read only", testReadOnly},
	{"Open: what is not there", testOpenWhatIsNotThere},
	{"Close: nothing works afterwards", testUseAfterClose},
	{"a context that has ended", testCancelled},
	{"concurrent use", testConcurrentUse},
}

// Run tests an implementation. fresh makes a place for a gallery.
func Run(t *testing.T, fresh func(t testing.TB) Instance) {
	for _, c := range suite {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) { c.test(t, fresh) })
	}
}

// open opens the gallery of an instance until the test ends, and makes it if there is
// none.
func open(t testing.TB, in Instance) store.Store {
	t.Helper()
	s, err := in.Open(store.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
