package label

import "strings"

// Spellings remembers how labels are written, to find two that differ in capitals
// alone: on most systems they would be one folder. The zero value knows no label.
type Spellings struct {
	exact  map[Label]bool
	folded map[string]Label
}

// Add remembers a label and those above it.
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

// Twin returns the known label that differs from l, or from a label above l, in
// capitals alone. It returns the empty label if there is none.
func (s *Spellings) Twin(l Label) Label {
	for _, one := range append(l.Ancestors(), l) {
		if twin, there := s.folded[fold(one)]; there && !s.exact[one] {
			return twin
		}
	}
	return ""
}

// fold makes labels equal that differ in capitals alone. It goes through capitals,
// because some letters have two small forms.
func fold(l Label) string { return strings.ToLower(strings.ToUpper(string(l))) }
