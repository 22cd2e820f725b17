package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"exemplar/internal/capturesim"
	"exemplar/internal/imaging"
	"exemplar/internal/synthdoc"
)

// tormentor has the kinds that clients register, remove and ask about. Each kind belongs
// to one client, so that what must be there is known, but for the request that a kill
// cut off.
type tormentor struct {
	documents, photos map[string][]byte
	kinds             []string
	program           string
	places            [][]string // flags of each server
	nodes             []*child
	random            *rand.Rand // of when what happens

	mu      sync.Mutex
	there   map[string]string // id of the reference of a kind, by what was acknowledged
	unsure  map[string]bool   // kinds whose last change was cut off
	counts  map[string]int    // requests, by what became of them
	answers int               // that were compared with what must be there
	faults  []string
	away    atomic.Bool // the database is stopped, or was a moment ago
	sent    atomic.Int64
}

func (m *tormentor) fault(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}

// reference is what requests say of a reference.
type reference struct{ ID, Label string }

// calmShare is the share of the requests after the last kill: whether the memory grows is
// seen there.
const calmShare = 0.4

// torment sends mixed requests, kills a server in between, stops the database if there is
// one, and says what was wrong.
func torment(folder, program string, nodes, requests, kills int, seed uint64) error {
	m := &tormentor{
		documents: map[string][]byte{}, photos: map[string][]byte{}, there: map[string]string{}, unsure: map[string]bool{}, counts: map[string]int{},
		kinds: loadKinds[:12], program: program, nodes: make([]*child, nodes), random: rand.New(rand.NewPCG(seed, 0)),
	}
	for i, kind := range m.kinds {
		drawn := synthdoc.Draw(synthdoc.Document{Kind: kind, Template: uint64(7 + 2*i), Size: 600})
		m.documents[kind] = imaging.EncodePNG(drawn)
		m.photos[kind] = imaging.EncodeJPEG(capturesim.Scene(drawn, nil, capturesim.Plain(), uint64(i)).Image, 85)
	}
	var base *database
	var err error
	if m.places, base, err = places(folder, nodes); err != nil {
		return err
	}
	if base != nil {
		defer base.end()
	}
	defer func() {
		for _, n := range m.nodes {
			if n != nil {
				n.kill()
			}
		}
	}()
	if err := m.startAll(); err != nil {
		return err
	}
	if _, err := ask(http.DefaultClient, "POST", m.nodes[0].url+api+"/collections", "application/json", []byte(`{"name":"torment","keep_pictures":"unknown"}`), nil); err != nil {
		return err
	}
	began := time.Now()
	calm := int64(calmShare * float64(requests))
	share := max((int64(requests)-calm)/int64(max(kills, 1)), 1)
	for part := range kills {
		after := 1 + m.random.Int64N(share)
		victim := m.random.IntN(nodes)
		m.round(share, after, seed+uint64(part), func() {
			if base != nil && part%3 == 2 {
				m.outage(base)
			} else {
				m.nodes[victim].cmd.Process.Kill()
			}
		})
		if err := m.startAll(); err != nil {
			return fmt.Errorf("after kill %d: %w", part+1, err)
		}
		if err := m.check(); err != nil {
			return err
		}
	}
	ctx, end := context.WithCancel(context.Background())
	watching := m.watchMemory(ctx)
	calm = max(calm, int64(requests)-m.sent.Load()) // a kill ends its part before all of it was sent
	m.round(calm, calm+1, seed+uint64(kills), func() {})
	end()
	memory := <-watching
	if err := m.check(); err != nil {
		return err
	}
	fmt.Printf("%d requests in %.0f s (%s), %d kills and outages, %d answers compared\n", m.sent.Load(), time.Since(began).Seconds(), m.tallied(), kills, m.answers)
	m.reportMemory(memory)
	if nodes > 1 {
		there, here, err := m.knownOn(m.nodes[0].url, m.nodes[1].url, 100)
		if err != nil {
			return err
		}
		last := len(there) - 1
		fmt.Printf("registered on one node, the answer of the other that knows it: after %d ms in the median, %d at most, of %d; on the same node after %d and %d: the recognition is part of both\n",
			there[last/2].Milliseconds(), there[last].Milliseconds(), len(there), here[last/2].Milliseconds(), here[last].Milliseconds())
		if there[last/2] > here[last/2]+time.Second {
			m.fault("a kind is known on the other node a second later")
		}
	}
	for i, n := range m.nodes {
		m.nodes[i] = nil
		if _, err := n.stop(); err != nil {
			return fmt.Errorf("the end: %w: %s", err, n.errOut.String())
		}
	}
	if len(m.faults) > 0 {
		return fmt.Errorf("%d faults:\n%s", len(m.faults), strings.Join(m.faults[:min(len(m.faults), 20)], "\n"))
	}
	fmt.Println("no wrong, lost or half-visible state")
	return nil
}

func (m *tormentor) tallied() string {
	var words []string
	for name, n := range m.counts {
		words = append(words, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

// startAll starts the servers that do not run.
func (m *tormentor) startAll() error {
	for i, n := range m.nodes {
		if n != nil && n.alive() {
			continue
		}
		if n != nil {
			n.kill()
		}
		var err error
		if m.nodes[i], err = start(m.program, m.places[i]...); err != nil {
			return err
		}
	}
	return nil
}

// alive reports whether a server takes requests.
func (c *child) alive() bool {
	answer, err := http.Get(c.url + "/healthz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return true
}

// outage stops the database for a second. What is asked for meanwhile may be refused, with
// 503 and a time to come back.
func (m *tormentor) outage(base *database) {
	m.away.Store(true)
	base.stop()
	time.Sleep(time.Second)
	base.goOn()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ready := 0
		for _, n := range m.nodes {
			answer, err := http.Get(n.url + "/readyz")
			if err != nil {
				continue
			}
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				ready++
			}
		}
		if ready == len(m.nodes) {
			break
		}
		if time.Now().After(end) {
			m.fault("the database is back, and after 30 s %d of %d nodes are ready", ready, len(m.nodes))
			break
		}
	}
	m.away.Store(false)
}

// round has four clients send requests, and calls happen in the middle of them, when some
// were answered.
func (m *tormentor) round(requests, after int64, seed uint64, happen func()) {
	const clients = 4
	var working sync.WaitGroup
	var done atomic.Int64
	reached := make(chan struct{})
	for c := range clients {
		working.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(c)))
			client := &http.Client{}
			defer client.CloseIdleConnections()
			nodes := slices.Clone(m.nodes)
			for len(nodes) > 0 && done.Load() < requests {
				at := random.IntN(len(nodes))
				if !m.one(client, nodes[at].url, m.kinds[c*len(m.kinds)/clients+random.IntN(len(m.kinds)/clients)], random.IntN(10)) {
					nodes = slices.Delete(nodes, at, at+1) // it is gone
					continue
				}
				m.sent.Add(1)
				if done.Add(1) == after {
					close(reached)
				}
			}
		})
	}
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	select {
	case <-reached:
		happen()
		<-ended
	case <-ended:
	}
}

// one sends one request about a kind of the client's own; it reports whether the server
// answered.
func (m *tormentor) one(client *http.Client, url, kind string, dice int) bool {
	address := url + api + "/collections/torment"
	m.mu.Lock()
	id, unsure := m.there[kind], m.unsure[kind]
	m.mu.Unlock()
	set := func(id string, unsure bool) {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.there[kind], m.unsure[kind] = id, unsure
	}
	away := m.away.Load()
	var what string
	var status int
	var err error
	switch {
	case dice < 2 && id == "" && !unsure:
		what = "register"
		var done struct{ Results []reference }
		contentType, body := newForm("kind/"+kind, kind+".png", m.documents[kind])
		if status, err = ask(client, "POST", address+"/references", contentType, body, &done); err == nil {
			set(done.Results[0].ID, false)
		} else if status == 0 || status == http.StatusServiceUnavailable {
			set(id, true)
		}
	case dice < 2 && id != "" && !unsure:
		what = "remove"
		if status, err = ask(client, "DELETE", address+"/references/"+id, "", nil, nil); err == nil {
			set("", false)
		} else if status == 0 || status == http.StatusServiceUnavailable {
			set(id, true)
		}
	case dice == 2:
		what = "list"
		status, err = ask(client, "GET", address+"/labels", "", nil, nil)
	case dice == 3:
		what = "no picture"
		status, err = ask(client, "POST", address+"/classify", "image/jpeg", []byte("no picture"), nil)
	default:
		what = "classify"
		var done struct {
			Answers []struct{ Decision, Label, Status string }
		}
		if status, err = ask(client, "POST", address+"/classify", "image/jpeg", m.photos[kind], &done); err == nil {
			if a := done.Answers[0]; a.Status == "unkept" { // from memory, which may be behind
				what = "classify from memory"
			} else if !unsure {
				m.compare(kind, id != "", a.Decision, a.Label)
			}
		}
	}
	away = away || m.away.Load()
	refused := status == http.StatusServiceUnavailable && away && strings.Contains(err.Error(), "Retry-After ")
	switch {
	case refused:
		what += " refused"
	case status == 0 && err != nil:
		what += " cut off"
	case err != nil:
		m.fault("%s: %v", kind, err)
	}
	m.mu.Lock()
	m.counts[what]++
	m.mu.Unlock()
	return status != 0 || err == nil
}

// compare compares an answer with what must be there. A photo that is not found although
// its kind is registered may be too hard; another kind's label is wrong in any case.
func (m *tormentor) compare(kind string, registered bool, decision, label string) {
	m.mu.Lock()
	m.answers++
	m.mu.Unlock()
	if label == "kind/"+kind && !registered {
		m.fault("%s is recognised, and is not registered", kind)
	}
	if label != "" && label != "kind/"+kind && label != "kind" {
		m.fault("%s is answered %s", kind, label)
	}
}

// check compares the references that each server has with what was acknowledged, and has
// the audit verified.
func (m *tormentor) check() error {
	for i, n := range m.nodes {
		var list struct{ References []reference }
		if _, err := ask(http.DefaultClient, "GET", n.url+api+"/collections/torment/references?limit=1000", "", nil, &list); err != nil {
			return err
		}
		m.compareReferences(i, list.References)
	}
	var audit struct {
		Sound   bool
		Problem string
	}
	if _, err := ask(http.DefaultClient, "GET", m.nodes[0].url+api+"/audit/verify", "", nil, &audit); err != nil {
		return err
	}
	if !audit.Sound {
		m.fault("the audit: %s", audit.Problem)
	}
	return nil
}

func (m *tormentor) compareReferences(node int, list []reference) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, kind := range m.kinds {
		var found []string
		for _, r := range list {
			if r.Label == "kind/"+kind {
				found = append(found, r.ID)
			}
		}
		id := m.there[kind]
		switch {
		case m.unsure[kind] && len(found) <= 1: // done, or not: both are whole
			m.there[kind] = strings.Join(found, "")
			m.unsure[kind] = false
		case id == "" && len(found) > 0 || id != "" && !slices.Equal(found, []string{id}):
			m.faults = append(m.faults, fmt.Sprintf("node %d: %s: references %v, acknowledged was %q", node, kind, found, id))
		}
	}
}
