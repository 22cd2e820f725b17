package families

// Options say how photos of families are taken.
type Options struct {
	Backgrounds string // folder of pictures to lay documents on, besides drawn surfaces; may be empty
	Seed        uint64
	Progress    func() // called after each family, from any goroutine; may be nil
}

// Run is what all families share while photos of them are taken.
type Run struct {
	*Studio
	Options
}

// NewRun makes a run. The error says why the backgrounds cannot be listed.
func NewRun(opts Options) (Run, error) {
	studio, err := NewStudio(opts.Backgrounds)
	return Run{studio, opts}, err
}

// Step says that a family is done.
func (r *Run) Step() {
	if r.Progress != nil {
		r.Progress()
	}
}
