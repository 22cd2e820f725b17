package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"exemplar/internal/service/db"
)

// Key is a key without its secret.
type Key struct {
	Prefix      string     `json:"prefix" doc:"the beginning of the key, by which it is known"`
	Name        string     `json:"name"`
	Role        Role       `json:"role" enum:"classify,register,admin"`
	Collections []string   `json:"collections,omitempty" doc:"that it may use; absent: all"`
	Rate        float64    `json:"rate" doc:"requests a second that it may make"`
	Created     time.Time  `json:"created"`
	Expires     *time.Time `json:"expires,omitempty"`
	LastUsed    *time.Time `json:"last_used,omitempty" doc:"to about a minute"`
	Revoked     bool       `json:"revoked"`
}

// NewKey says what a key is to be.
type NewKey struct {
	Name        string   `json:"name" minLength:"1" maxLength:"100" doc:"who or what uses it" example:"scanner-2"`
	Role        Role     `json:"role" enum:"classify,register,admin" example:"classify"`
	Collections []string `json:"collections,omitempty" maxItems:"1000" doc:"that it may use; left out: all"`
	Rate        float64  `json:"rate,omitempty" minimum:"0" maximum:"1000000" doc:"requests a second that it may make; 100 if left out"`
	Days        int      `json:"days,omitempty" minimum:"0" maximum:"36500" doc:"after which it ends; 0 or left out: never"`
}

// MadeKey is a new key. Its secret is told this once.
type MadeKey struct {
	Secret string `json:"key" doc:"the key itself, which is shown this once: keep it"`
	Key
}

// usualRate is how many requests a second a key may make unless told otherwise (by eye:
// more than a machine recognises, few enough to protect others from a loop).
const usualRate = 100

// The form of a key: exk_PREFIX_SECRET.
const (
	keyMark      = "exk_"
	prefixBytes  = 5  // 8 characters
	secretBytes  = 32 // 256 bits
	useEvery     = time.Minute
	loginTime    = 12 * time.Hour
	mostNameSize = 100
)

var keyAlphabet = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

func randomText(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // it never fails
	return keyAlphabet.EncodeToString(b)
}

// CreateKey makes a key.
func (s *Service) CreateKey(ctx context.Context, by Actor, asked NewKey) (MadeKey, error) {
	if asked.Name == "" || len(asked.Name) > mostNameSize {
		return MadeKey{}, fault(Invalid, "a key needs a name of at most %d bytes, which says who or what uses it", mostNameSize)
	}
	if !slices.Contains(roles, asked.Role) {
		return MadeKey{}, fault(Invalid, "role %q: want classify, register or admin", asked.Role)
	}
	prefix, secret := randomText(prefixBytes), randomText(secretBytes)
	hash := sha256.Sum256([]byte(secret))
	row := db.Key{Prefix: prefix, Hash: hash[:], Name: asked.Name, Role: string(asked.Role), Rate: asked.Rate, Created: time.Now()}
	if row.Rate == 0 {
		row.Rate = usualRate
	}
	if asked.Days > 0 {
		row.Expires = row.Created.AddDate(0, 0, asked.Days)
	}
	if len(asked.Collections) > 0 {
		list, err := json.Marshal(asked.Collections)
		if err != nil {
			return MadeKey{}, err
		}
		row.Collections = string(list)
	}
	made, err := newKey(row)
	if err != nil {
		return MadeKey{}, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		for _, name := range asked.Collections {
			if _, err := tx.Collection(ctx, name); err != nil {
				return orNoCollection(err, name)
			}
		}
		if err := tx.AddKey(ctx, row); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "key.create", Subject: prefix, After: made})
	})
	return MadeKey{keyMark + prefix + "_" + secret, made}, err
}

func newKey(row db.Key) (Key, error) {
	k := Key{Prefix: row.Prefix, Name: row.Name, Role: Role(row.Role), Rate: row.Rate, Created: row.Created, Revoked: row.Revoked}
	if !row.Expires.IsZero() {
		k.Expires = &row.Expires
	}
	if !row.LastUsed.IsZero() {
		k.LastUsed = &row.LastUsed
	}
	if row.Collections == "" {
		return k, nil
	}
	return k, json.Unmarshal([]byte(row.Collections), &k.Collections)
}

// Keys lists all keys, the oldest first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	rows, err := s.db.Read().Keys(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Key, len(rows))
	for i, row := range rows {
		if list[i], err = newKey(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// RevokeKey ends a key for ever. The last one that may do everything stays: without it
// nobody could make another.
func (s *Service) RevokeKey(ctx context.Context, by Actor, prefix string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Keys(ctx)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rows, func(k db.Key) bool { return k.Prefix == prefix && !k.Revoked })
		if at < 0 {
			return fault(Unknown, "there is no key %q, or it is revoked already: list them with GET keys or exemplar key list", prefix)
		}
		others := func(k db.Key) bool { return k.Prefix != prefix && mayAll(k) }
		if mayAll(rows[at]) && !slices.ContainsFunc(rows, others) {
			return fault(Conflict, "%q is the last key that may do everything: make another one with role admin first", prefix)
		}
		if err := tx.RevokeKey(ctx, prefix); err != nil {
			return err
		}
		before, err := newKey(rows[at])
		if err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "key.revoke", Subject: prefix, Before: before})
	})
}

// mayAll reports whether a key may make keys.
func mayAll(k db.Key) bool {
	return k.Role == string(Admin) && k.Collections == "" && !k.Revoked && (k.Expires.IsZero() || k.Expires.After(time.Now()))
}

// errKey is the same for every key that is of no use, so that it tells nothing.
func errKey() error {
	return fault(NoKey, "the key is not known, has ended or was revoked: ask who looks after this server for another")
}

// KeyNeeded reports whether a key must be sent: once there was one, always.
func (s *Service) KeyNeeded(ctx context.Context) (bool, error) { return s.db.Read().HasKeys(ctx) }

// ActorOfKey returns whose key it is.
func (s *Service) ActorOfKey(ctx context.Context, key string) (Actor, error) {
	prefix, secret, _ := strings.Cut(strings.TrimPrefix(key, keyMark), "_")
	row, err := s.readKey(ctx, prefix)
	if err != nil && !errors.Is(err, db.ErrNone) {
		return Actor{}, err
	}
	hash := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(hash[:], row.Hash) != 1 { // the hash of no row is empty
		return Actor{}, errKey()
	}
	return s.actorOf(ctx, row)
}

// readKey reads the row of a key.
func (s *Service) readKey(ctx context.Context, prefix string) (db.Key, error) {
	row, err := s.db.Read().Key(ctx, prefix)
	return s.away.keys.or(prefix, row, err)
}

// actorOf is the actor of a key that was shown, if it may be used.
func (s *Service) actorOf(ctx context.Context, row db.Key) (Actor, error) {
	now := time.Now()
	if row.Revoked || !row.Expires.IsZero() && row.Expires.Before(now) {
		return Actor{}, errKey()
	}
	k, err := newKey(row)
	if err != nil {
		return Actor{}, err
	}
	if now.Sub(row.LastUsed) > useEvery {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return tx.UseKey(ctx, row.Prefix, now) }); err != nil {
			s.log.Warn("note that a key was used", "key", row.Prefix, "error", err)
		}
	}
	return Actor{Name: k.Name, Role: k.Role, Collections: k.Collections, Key: k.Prefix, Rate: k.Rate}, nil
}

// Login makes a login of a browser with a key, and returns what the browser is to show
// from then on, and until when.
func (s *Service) Login(ctx context.Context, key string) (token string, expires time.Time, err error) {
	by, err := s.ActorOfKey(ctx, key)
	if err != nil {
		return "", time.Time{}, err
	}
	token, now := randomText(secretBytes), time.Now()
	hash := sha256.Sum256([]byte(token))
	expires = now.Add(loginTime)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.AddLogin(ctx, hash[:], by.Key, now, expires); err != nil {
			return err
		}
		return s.record(ctx, tx, by, entry{What: "login", Subject: by.Key})
	})
	return token, expires, err
}

// ActorOfLogin returns who has logged in.
func (s *Service) ActorOfLogin(ctx context.Context, token string) (Actor, error) {
	hash := sha256.Sum256([]byte(token))
	prefix, err := s.db.Read().Login(ctx, hash[:], time.Now())
	prefix, err = s.away.logins.or(string(hash[:]), prefix, err)
	if err != nil {
		return Actor{}, loggedOut(err)
	}
	row, err := s.readKey(ctx, prefix)
	if err != nil {
		return Actor{}, loggedOut(err)
	}
	return s.actorOf(ctx, row)
}

func loggedOut(err error) error {
	if errors.Is(err, db.ErrNone) {
		return fault(NoKey, "the log-in has ended: log in again")
	}
	return err
}

// Logout ends a login.
func (s *Service) Logout(ctx context.Context, token string) error {
	hash := sha256.Sum256([]byte(token))
	return s.db.Write(ctx, func(tx *db.Tx) error { return tx.RemoveLogin(ctx, hash[:]) })
}
