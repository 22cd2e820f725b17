package service

import (
	"strings"
	"testing"

	"exemplar/internal/pgtest"
)

// A service whose user owns no table works with the permissions that docs/postgres.md
// lists, and without any that would let it change the audit.
func TestPermissions(t *testing.T) {
	server := pgtest.Start(t)
	address := server.Database(t)
	s := openAt(t, Options{Store: address})
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	s.Close()
	name := address[strings.Index(address, "@/")+2 : strings.Index(address, "?")]
	server.Run(t, name, `CREATE ROLE clerk LOGIN;
		GRANT USAGE ON SCHEMA exemplar_service, exemplar_gallery TO clerk;
		GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA exemplar_service, exemplar_gallery TO clerk;
		REVOKE UPDATE, DELETE ON exemplar_service.audit FROM clerk`)
	s = openAt(t, Options{Store: server.Address("clerk", name)})
	register(t, s, "ticket", ticket)
	if a := s.labelOf(t, ticket); a.Label != "ticket" || a.DecisionID == "" {
		t.Errorf("%s %s", a.Decision, a.Label)
	}
	if err := s.DeleteCollection(t.Context(), anna, "mailroom"); err != nil {
		t.Error(err)
	}
	makeCollection(t, s, NewCollection{Name: "mailroom"})
	register(t, s, "ticket", ticket)
	mustBeSound(t, s)
}
