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
	Label   string   // of the document that it shows; "" for a stranger
	Ignored []string // labels that count neither as right nor as wrong
	Read    func() ([]byte, error)
}

// CapturesOf lists samples of a folder as captures.
func CapturesOf(folder *dataset.Folder, samples []dataset.Sample) []Capture {
	captures := make([]Capture, len(samples))
	for i, x := range samples {
		captures[i] = Capture{x.Path, x.Label, folder.Ignored(x), func() ([]byte, error) { return readPicture(folder, x) }}
	}
	return captures
}

// ProbeOptions say how captures are looked up.
type ProbeOptions struct {
	Family eval.Family // eval.FirstPart if nil
	// Hands is the number of groups that the labels are dealt into, in their order. For
	// the second lookup of a capture all labels of its own group are left out together;
	// its neighbours in the order stay. If Hands is 0, its own label alone is left out,
	// with the labels above and below it.
	Hands int
	// FamilyOut asks for a third lookup, without all labels that share their first part
	// with the capture's own.
	FamilyOut bool
	Step      func() // called after each lookup, from several goroutines; may be nil
}

// Probes looks up every capture twice: in the whole gallery, and as a stranger with its
// own label left out. It passes over captures whose labels are not in the gallery. The
// answers are the same as if the left out labels had never been registered. The answer to
// a file that cannot be read is refused.
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

// Strangers looks up captures that show nothing registered.
func (g *Gallery) Strangers(ctx context.Context, captures []Capture, step func()) ([]eval.Lookup, error) {
	lookups := make([]eval.Lookup, len(captures))
	tasks := make([]task, len(captures))
	for i, c := range captures {
		tasks[i] = task{capture: c, out: c.Ignored, probe: i}
	}
	err := g.run(ctx, tasks, step, func(t task, l eval.Lookup) { lookups[t.probe] = l })
	return lookups, err
}

// without lists the labels to leave out, so that captures of own become strangers.
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

// familyOf lists the labels that share the label above them all with own.
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
	registered bool // only ignored labels are left out
	familyOut  bool
}

// key is the same for tasks that leave out the same labels.
func (t *task) key() string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(t.out))), "\x00")
}

// run does the tasks, and together those that leave out the same labels. It calls take
// for one result after the other.
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
