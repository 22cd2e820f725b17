package service

import "slices"

// Role says what somebody may do; each one includes those before it.
type Role string

// The roles.
const (
	Classifier Role = "classify" // have pictures recognised, and see what there is
	Registrar  Role = "register" // change references, decide on what is in the inbox
	Admin      Role = "admin"    // collections, keys, audit
)

var roles = []Role{Classifier, Registrar, Admin}

// Includes reports whether who has role r may do what needs the other one.
func (r Role) Includes(other Role) bool {
	have := slices.Index(roles, r)
	return have >= 0 && slices.Index(roles, other) >= 0 && have >= slices.Index(roles, other)
}

// Actor is who asks for something.
type Actor struct {
	Name        string
	Role        Role
	Collections []string // that it may use; nil: all
	Key         string   // prefix of its key; empty: none is needed
	Rate        float64  // requests a second that it may make; 0: the usual
}

// sees reports whether a collection is one of the actor's.
func (a Actor) sees(collection string) bool {
	return a.Collections == nil || slices.Contains(a.Collections, collection)
}

// May returns an error if the actor may not do, with a collection, what needs a role.
// Of a collection that is not its own it learns no more than that. The empty collection
// stands for what belongs to none: a key of some collections does nothing there but
// read what all may.
func (a Actor) May(role Role, collection string) error {
	switch {
	case a.Role == "":
		return fault(NoKey, "a key is needed: send it as Authorization: Bearer exk_..., or log in on the page")
	case collection != "" && !a.sees(collection):
		return noCollection(collection)
	case !a.Role.Includes(role):
		return fault(Denied, "the key %q has role %s, and this takes role %s: use another key", a.Name, a.Role, role)
	case collection == "" && role != Classifier && a.Collections != nil:
		return fault(Denied, "the key %q is for some collections alone, and this is about all: use another key", a.Name)
	}
	return nil
}
