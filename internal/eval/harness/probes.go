package harness

import (
	"context"
	"slices"
	"strings"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/parallel"
)

// Capture is a picture to look up.
type Capture struct {
	Path    string
	Label   string   // what it shows; "" for a stranger
	Ignored []string // labels that are no answer to it, right or wrong
	Read    func() ([]byte, error)
}

// CapturesOf lists samples of a folder as captures.
func CapturesOf(folder *dataset.Folder, samples []dataset.Sample) []Capture {
	captures := make([]Capture, len(samples))
	for i, x := range samples {
		captures[i] = Capture{x.Path, x.Label, folder.Ignored(x), func() ([]byte, error) { return folder.Read(x) }}
	}
	return captures
}

// ProbeOptions say how captures are looked up.
type ProbeOptions struct {
	Family eval.Family // eval.FirstPart if nil
	// Hands into which the labels are dealt in their order, for captures to be
	// strangers by: all labels of the hand of a capture's own are left out
	// together, so that its neighbours stay. 0: its own label alone is left out,
	// with what lies above and below it.
	Hands int
	// FamilyOut asks for a third lookup, without all labels that have a part in
	// common with the capture's own from the first one on.
	FamilyOut bool
	Step      func() // called after each lookup, from several goroutines; may be nil
}

// Probes looks every capture up twice: in the whole gallery, and as a stranger,
// with its own label left out. Captures of labels that the gallery has not are
// passed over. The answers are those of galleries that really are without what is
// left out. A file that cannot be read is answered as refused.
func (g *Gallery) Probes(ctx context.Context, captures []Capture, o ProbeOptions) ([]eval.Probe, error) {
	if o.Family == nil {
		o.Family = eval.FirstPart
	}
	labels := g.Labels()
	var probes []eval.Probe
	var tasks []task
	for _, c := range captures {
		if _, registered := slices.BinarySearch(labels, c.Label); !registered {
			continue
		}
		out := without(labels, c.Label, o.Hands)
		probes = append(probes, eval.Probe{Path: c.Path, Label: c.Label, HasRelative: hasRelative(labels, out, c, o.Family)})
		tasks = append(tasks,
			task{capture: c, out: c.Ignored, probe: len(probes) - 1, registered: true},
			task{capture: c, out: slices.Concat(out, c.Ignored), probe: len(probes) - 1})
		if o.FamilyOut {
			tasks = append(tasks, task{capture: c, out: slices.Concat(familyOf(labels, c.Label), c.Ignored), probe: len(probes) - 1, familyOut: true})
		}
	}
	err := g.run(ctx, tasks, o.Step, func(t task, l eval.Lookup) {
		switch p := &probes[t.probe]; {
		case t.registered:
			p.Registered = l
		case t.familyOut:
			p.FamilyOut = &l
		default:
			p.LeftOut = l
		}
	})
	return probes, err
}

// Strangers looks captures up that show nothing registered.
func (g *Gallery) Strangers(ctx context.Context, captures []Capture, step func()) ([]eval.Lookup, error) {
	lookups := make([]eval.Lookup, len(captures))
	tasks := make([]task, len(captures))
	for i, c := range captures {
		tasks[i] = task{capture: c, out: c.Ignored, probe: i}
	}
	err := g.run(ctx, tasks, step, func(t task, l eval.Lookup) { lookups[t.probe] = l })
	return lookups, err
}

// without lists the labels that are left out for captures of one to be strangers.
func without(labels []string, own string, hands int) []string {
	var out []string
	at, _ := slices.BinarySearch(labels, own)
	for i, name := range labels {
		switch {
		case hands > 0 && i%hands == at%hands,
			hands == 0 && (name == own || strings.HasPrefix(own, name+"/") || strings.HasPrefix(name, own+"/")):
			out = append(out, name)
		}
	}
	return out
}

// familyOf lists the labels that have a label above them in common with one.
func familyOf(labels []string, own string) []string {
	var family []string
	for _, name := range labels {
		if eval.FirstPart(name) == eval.FirstPart(own) {
			family = append(family, name)
		}
	}
	return family
}

// hasRelative reports whether a label of the capture's family stays.
func hasRelative(labels, out []string, c Capture, family eval.Family) bool {
	return slices.ContainsFunc(labels, func(name string) bool {
		return family(name) == family(c.Label) && !slices.Contains(out, name) && !slices.Contains(c.Ignored, name)
	})
}

// task is one lookup.
type task struct {
	capture    Capture
	out        []string
	probe      int
	registered bool // nothing is left out but what is ignored
	familyOut  bool
}

// key is the same for tasks that leave the same out.
func (t *task) key() string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(t.out))), "\x00")
}

// run does the tasks, those together that leave the same out. take is called
// for one after the other.
func (g *Gallery) run(ctx context.Context, tasks []task, step func(), take func(task, eval.Lookup)) error {
	tasks = slices.Clone(tasks)
	slices.SortStableFunc(tasks, func(a, b task) int { return strings.Compare(a.key(), b.key()) })
	for len(tasks) > 0 {
		n := 1
		for n < len(tasks) && tasks[n].key() == tasks[0].key() {
			n++
		}
		if err := g.LeaveOut(ctx, tasks[0].out); err != nil {
			return err
		}
		lookups, err := parallel.Map(ctx, 0, tasks[:n], func(ctx context.Context, t task) (eval.Lookup, error) {
			if step != nil {
				defer step()
			}
			data, err := t.capture.Read()
			if err != nil {
				return refused, nil
			}
			return g.Lookup(ctx, data)
		})
		if err != nil {
			return err
		}
		for i, l := range lookups {
			take(tasks[i], l)
		}
		tasks = tasks[n:]
	}
	return g.LeaveOut(ctx, nil)
}
