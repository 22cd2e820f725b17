package label

import "strings"

// Spellings knows how labels are written, so that no two differ in capitals alone:
// on most systems that would be one folder. The zero value knows none.
type Spellings struct {
	exact  map[Label]bool
	folded map[string]Label
}

// Add takes in a label and those above it.
func (s *Spellings) Add(l Label) {
	if s.exact == nil {
		s.exact, s.folded = map[Label]bool{}, map[string]Label{}
	}
	for _, one := range append(l.Ancestors(), l) {
		if s.exact[one] {
			continue
		}
		s.exact[one] = true
		if _, there := s.folded[fold(one)]; !there {
			s.folded[fold(one)] = one
		}
	}
}

// Twin returns the known label from which l, or one above it, differs in capitals
// alone; empty if there is none, or l is known itself.
func (s *Spellings) Twin(l Label) Label {
	for _, one := range append(l.Ancestors(), l) {
		if twin, there := s.folded[fold(one)]; there && !s.exact[one] {
			return twin
		}
	}
	return ""
}

// fold makes labels equal that differ in capitals alone. By way of capitals, since
// some letters have two small forms.
func fold(l Label) string { return strings.ToLower(strings.ToUpper(string(l))) }
