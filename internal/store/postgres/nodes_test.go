package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"exemplar/internal/pgtest"
	"exemplar/internal/store"
	"exemplar/internal/store/storetest"
)

// nodeVariable names the gallery for a process that plays another machine (see
// TestANodeKilledInMidWrite).
const nodeVariable = "EXEMPLAR_TEST_NODE"

func TestMain(m *testing.M) {
	if name := os.Getenv(nodeVariable); name != "" {
		writeUntilKilled(name)
	}
	os.Exit(m.Run())
}

// What is stored on one node is there for another at once when the call returns, and the
// other hears of it.
func TestTwoNodes(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(sharedDatabase(t))
	one, two := openGallery(t, asNode(name, 1)), openGallery(t, asNode(name, 2))
	if one.pool == two.pool {
		t.Fatal("the nodes share connections")
	}
	storetest.Put(t, one, storetest.Entry("first", 1000))
	v := follow(t, two)
	const n = 40
	heard, stored := make(chan time.Time), make(chan struct{})
	go func() { // the second node follows, as one that serves
		for range n {
			if err := two.Wait(ctx, v.Position()); err != nil {
				t.Error(err)
			}
			if err := v.Sync(ctx); err != nil {
				t.Error(err)
			}
			heard <- time.Now()
			<-stored
		}
	}()
	time.Sleep(pollEvery / 4) // it waits, and listens
	var delays []time.Duration
	for i := range uint64(n) {
		r := storetest.Put(t, one, storetest.Entry("a", i))[0]
		done := time.Now()
		found := false
		_, err := two.ChangesSince(ctx, v.Position(), storetest.Model, storetest.Dim, func(c store.Change) { found = found || c.ID == r.ID })
		if at := <-heard; at.After(done) { // it may hear before the writer has its answer
			delays = append(delays, at.Sub(done))
		} else {
			delays = append(delays, 0)
		}
		if err != nil || !found && v.Index().Upright(r.ID) == nil {
			t.Fatalf("reference %d is not there for the other node, %v", i, err)
		}
		stored <- struct{}{}
	}
	slices.Sort(delays)
	if delays[n/8] > pollEvery/2 { // without notices all would take longer; most may be late on a busy machine
		t.Errorf("most of them were heard of after more than %v", delays[n/8])
	}
	t.Logf("after the writer had its answer, the other node had the change within %v in the median, %v at most", delays[n/2], delays[n-1])
}

// Without notices a node hears of a change by asking.
func TestWaitWithoutNotices(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(sharedDatabase(t))
	one, two := openGallery(t, asNode(name, 1)), openGallery(t, asNode(name, 3))
	two.pool.feed.once.Do(func() {}) // it never listens
	v := follow(t, two)
	go storetest.Put(t, one, storetest.Entry("a", 1))
	if err := two.Wait(ctx, v.Position()); err != nil {
		t.Fatal(err)
	}
	if err := v.Sync(ctx); err != nil || v.Index().Len() != 1 {
		t.Errorf("%d references, %v", v.Index().Len(), err)
	}
	ended, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	if err := two.Wait(ended, v.Position()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waited: %v", err)
	}
}

// What needs a server of its own.
func TestAServer(t *testing.T) {
	server := pgtest.Start(t)
	for name, test := range map[string]func(*testing.T, *pgtest.Server){
		"is away": testServerAway, "has a page that cannot be read": testAPageThatCannotBeRead, "wipes what was removed": testCompactWipes,
	} {
		t.Run(name, func(t *testing.T) { test(t, server) })
	}
}

// While the server is away writes fail and what is in memory answers; when it is back
// both nodes go on.
func testServerAway(t *testing.T, server *pgtest.Server) {
	ctx := context.Background()
	name := inCollection(server.Database(t), "c")
	one, two := openGallery(t, asNode(name, 1)), openGallery(t, asNode(name, 2))
	e := storetest.Entry("a", 1)
	r := storetest.Put(t, one, e)[0]
	v := follow(t, two)
	search := func() (labels []store.Label) {
		t.Helper()
		hits, err := v.Search(ctx, e.Vectors[:storetest.Dim], 5)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range hits {
			labels = append(labels, h.Label)
		}
		return labels
	}
	if _, away := v.Away(); away {
		t.Error("away before the server stops")
	}

	server.Stop(t)
	start := time.Now()
	for call, err := range map[string]error{
		"Put":    second(one.Put(ctx, storetest.Entry("b", 2))),
		"Remove": one.Remove(ctx, r.ID),
		"Stage":  second(two.Stage(ctx)),
		"Get":    second(two.Get(ctx, r.ID)),
		"List":   second(two.List(ctx, store.Filter{})),
		"Sync":   v.Sync(ctx),
		"Wait":   two.Wait(ctx, v.Position()),
	} {
		if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), one.name[:20]) && call != "Sync" {
			t.Errorf("%s: %v", call, err)
		}
	}
	if got := search(); !slices.Equal(got, []store.Label{"a"}) {
		t.Errorf("found %q while the server is away", got)
	}
	if since, away := v.Away(); !away || since.After(start) {
		t.Errorf("away %v, last asked at %v", away, since)
	}
	if took := time.Since(start); took > 30*time.Second { // were one call to wait for the server it would be as long as that is away
		t.Errorf("it took %v to say that the server is away", took)
	}
	if _, err := Open(asNode(name, 9), store.Options{}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("opened: %v", err)
	}

	server.Continue(t)
	start = time.Now()
	deadline := start.Add(2 * time.Minute)
	for {
		_, err := one.Put(ctx, storetest.Entry("b", 2))
		if err == nil {
			break
		}
		if !errors.Is(err, store.ErrUnavailable) || time.Now().After(deadline) {
			t.Fatalf("after the start: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("writes went on %v after the server had answered", time.Since(start).Round(time.Millisecond))
	for len(search()) != 2 {
		if time.Now().After(deadline) {
			t.Fatal("the other node does not catch up")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, away := v.Away(); away {
		t.Error("still away")
	}
}

func second[T any](_ T, err error) error { return err }

// A connection that the server closed is replaced: the call succeeds.
func TestLostConnectionsAreReplaced(t *testing.T) {
	ctx := context.Background()
	name := collectionOf(sharedDatabase(t))
	g := openGallery(t, asNode(name, 4))
	for i := range uint64(5) {
		storetest.Put(t, g, storetest.Entry("a", i))
		if err := execute(name, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'node4'`); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			if n := len(storetest.List(t, g, store.Filter{})); n != int(i)+1 {
				t.Errorf("%d references", n)
			}
		}
	}
	if _, err := g.ChangesSince(ctx, store.Position{}, storetest.Model, storetest.Dim, func(store.Change) {}); err != nil {
		t.Error(err)
	}
}

// writeUntilKilled changes a gallery in every way, each time three references of one
// label, so that others can see whether a change is whole.
func writeUntilKilled(name string) {
	ctx := context.Background()
	g, err := Open(name, store.Options{Create: true})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	start := uint64(os.Getpid()) * 1000 // no two nodes write the same
	for i := start; ; i += 3 {
		of := store.Label(fmt.Sprintf("l%d", i))
		three := []store.Entry{storetest.Entry(of, i), storetest.Entry(of, i+1), storetest.Entry(of, i+2)}
		switch i % 2 {
		case 0:
			_, err = g.Put(ctx, three...)
		default:
			var s store.Stage
			if s, err = g.Stage(ctx); err == nil {
				_, err = s.Put(ctx, three...)
				if err == nil {
					_, err = s.Commit(ctx)
				}
				s.Close()
			}
		}
		if err == nil && i%5 == 0 {
			_, err = g.RemoveLabel(ctx, of)
		} else if err == nil && i%7 == 0 {
			_, err = g.Rename(ctx, of, of+"/renamed")
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("wrote")
	}
}

// Nodes are killed while they write, and others read: a change is there as a whole or not
// at all, and nobody waits for the dead.
func TestANodeKilledInMidWrite(t *testing.T) {
	name := collectionOf(sharedDatabase(t))
	g := openGallery(t, name)
	storetest.Put(t, g, storetest.Entry("mine", 1))
	f := follow(t, g)
	check := func() {
		t.Helper()
		if err := f.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		counts := map[store.Label]int{}
		members, _ := f.Index().Members(0)
		for _, label := range members {
			counts[label]++
		}
		for label, n := range counts {
			if strings.HasPrefix(string(label), "l") && n != 3 {
				t.Fatalf("%d of 3 references of %s are there", n, label)
			}
		}
	}
	for round := range 6 {
		var wg sync.WaitGroup
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), nodeVariable+"="+asNode(name, 100+round))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines, said := bufio.NewScanner(out), ""
		for n := 0; n < 3 && lines.Scan(); n++ { // it writes
			said = lines.Text()
		}
		if said != "wrote" {
			t.Errorf("a node says %q", said)
		}
		wg.Go(func() {
			for lines.Scan() {
			}
		})
		for range 3 {
			check()
		}
		time.Sleep(time.Duration(round*7) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		_ = cmd.Wait()
		start := time.Now()
		storetest.Put(t, g, storetest.Entry("mine", uint64(2+round))) // does not wait for the dead
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("a writer waited %v for one that was killed", took)
		}
		check()
	}
	storetest.MustBeSound(t, g)
}
