package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"exemplar/internal/service/db"
)

// Person is somebody who logged in elsewhere, with what they may do here.
type Person struct {
	ID          string // there
	Name        string
	Role        Role
	Collections []string // nil: all
}

// prefix is that of a person's row among the keys. It has no secret: only a login leads to
// it.
func (p Person) prefix() string {
	hash := sha256.Sum256([]byte(p.ID))
	return "oidc-" + hex.EncodeToString(hash[:6])
}

// LoginPerson makes a login of a browser for a person. They are listed among the keys, and
// whoever revokes that key locks them out.
func (s *Service) LoginPerson(ctx context.Context, p Person) (token string, expires time.Time, err error) {
	token, now := randomText(secretBytes), time.Now()
	hash, none := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(randomText(secretBytes)))
	expires = now.Add(loginTime)
	row := db.Key{Prefix: p.prefix(), Hash: none[:], Name: strings.ToValidUTF8(p.Name[:min(len(p.Name), mostNameSize)], ""), Role: string(p.Role), Rate: usualRate, Created: now, Expires: expires}
	if p.Collections != nil {
		list, err := json.Marshal(p.Collections)
		if err != nil {
			return "", expires, err
		}
		row.Collections = string(list)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		before, err := tx.Key(ctx, row.Prefix)
		switch {
		case errors.Is(err, db.ErrNone):
			err = tx.AddKey(ctx, row)
		case err != nil:
		case before.Revoked:
			return fault(Denied, "%s is locked out here: ask who looks after this server", p.Name)
		default:
			err = tx.SetKey(ctx, row)
		}
		if err != nil {
			return err
		}
		if err := tx.AddLogin(ctx, hash[:], row.Prefix, now, expires); err != nil {
			return err
		}
		by := Actor{Name: row.Name, Role: p.Role, Collections: p.Collections, Key: row.Prefix}
		return s.record(ctx, tx, by, entry{What: "login", Subject: row.Prefix, After: map[string]any{"id": p.ID, "role": p.Role, "collections": p.Collections}})
	})
	return token, expires, err
}
