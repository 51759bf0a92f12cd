// Package database says what the migrator needs of a database, whatever its kind.
package database

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ecs-migrate/migrator/internal/statement"
)

// Effect is what is known of a statement or a file that failed.
type Effect string

const (
	// Nothing is proven: the server rolled it back, or refused it before it began.
	Nothing Effect = "nothing"
	Some    Effect = "some"
	Unknown Effect = "unknown"
)

// Kind sorts failures; the words are those of the result line's failed.kind.
type Kind string

const (
	Refused     Kind = "statement"
	Locked      Kind = "lock"
	Cancelled   Kind = "cancelled"
	Lost        Kind = "lost"
	Password    Kind = "password"
	Login       Kind = "login"
	Host        Kind = "host"
	Unreachable Kind = "unreachable"
	TLS         Kind = "tls"
	NoDatabase  Kind = "noDatabase"
	Pooler      Kind = "pooler"
	Credentials Kind = "credentials"
	Source      Kind = "source"
	Version     Kind = "version"
	DirtyBefore Kind = "dirtyBefore"
	ShortLimit  Kind = "shortLimit"
	Settings    Kind = "settings"
	Other       Kind = "other"
)

// Failure is a failure in words that may be shown: no literal, no row value, no part of a secret. It is also the result
// line's `failed`.
type Failure struct {
	Kind      Kind      `json:"kind"`
	File      *string   `json:"file"`
	Version   *int      `json:"version"`
	Direction *string   `json:"direction"`
	Statement *Position `json:"statement"`
	Code      Code      `json:"code"`
	Message   string    `json:"message"`
	// Effect is what the failed statement itself did; in the result line, what the file did.
	Effect    Effect      `json:"tookEffect"`
	Completed []Completed `json:"completed"`
	Blockers  []Blocker   `json:"blockers"`

	Detail string `json:"-"` // shown only if asked for
	Line   int    `json:"-"` // of the file; 0: unknown
	// Again tells whether the same may succeed in a moment: a lock, a deadlock, a database that is starting.
	Again bool `json:"-"`
}

// Position is where a file failed.
type Position struct {
	N    int `json:"n"`
	Of   int `json:"of"`
	Line int `json:"line"`
}

// Completed is a statement that took effect.
type Completed struct {
	N    int    `json:"n"`
	Line int    `json:"line"`
	Kind string `json:"kind"`
}

// Code is an SQLSTATE or MySQL's number. Without one it is null in JSON.
type Code string

func (c Code) MarshalJSON() ([]byte, error) { return json.Marshal(Text(string(c))) }

func (f *Failure) Error() string {
	switch len(f.Code) {
	case 0:
		return f.Message
	case 5:
		return fmt.Sprintf("%s (SQLSTATE %s)", f.Message, f.Code)
	}
	return fmt.Sprintf("%s (error %s)", f.Message, f.Code)
}

// AsFailure is the error as a failure; nil stays nil.
func AsFailure(err error) *Failure {
	var f *Failure
	if err == nil || errors.As(err, &f) {
		return f
	}
	return &Failure{Kind: Other, Message: err.Error(), Effect: Unknown}
}

// Blocker is a session that holds what another waits for.
type Blocker struct {
	PID         int64    `json:"pid"`
	Application *string  `json:"application"`
	User        *string  `json:"user"`
	State       *string  `json:"state"`
	AgeMs       *float64 `json:"ageMs"`
	Kind        *string  `json:"kind"`
}

func (b Blocker) String() string {
	parts := []string{}
	for _, p := range []*string{b.Application, b.User, b.State} {
		if p != nil && *p != "" {
			parts = append(parts, *p)
		}
	}
	if b.AgeMs != nil {
		parts = append(parts, "for "+Seconds(time.Duration(*b.AgeMs)*time.Millisecond))
	}
	if b.Kind != nil && *b.Kind != "" {
		parts = append(parts, "last statement "+*b.Kind)
	}
	return fmt.Sprintf("pid %d (%s)", b.PID, strings.Join(parts, ", "))
}

// Blockers in words.
func Blockers(list []Blocker) string {
	if len(list) == 0 {
		return "a session that has just ended, or that this user may not see"
	}
	words := make([]string, 0, len(list))
	for _, b := range list {
		words = append(words, b.String())
	}
	return strings.Join(words, "; ")
}

// Seconds is a duration for people: 0.4 s, 12 s.
func Seconds(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}

// Activity is what the migrator's session does at the moment, seen from a second session.
type Activity struct {
	Wait     string // wait event or processlist state
	Blockers []Blocker
	// Unseen says who could see the blockers if this user may not: "only a user with … sees".
	Unseen string
}

// Plan says how a file is run.
type Plan struct {
	// Atomic: the whole file is one transaction and the version is written in it, so the database has both or neither.
	Atomic bool
	// Implicit: the migrator opens a transaction where the file has none open, as the server does for a file of several statements.
	Implicit bool
	// Words for the log.
	Words string
}

// Engine is one kind of database and the session with it. Its errors are *Failure.
type Engine interface {
	ServerVersion() string
	// Connect opens the session, a new one if there was one before. The old one is ended first.
	Connect(ctx context.Context) error
	Close()

	// Version answers without a lock and without making the table: -1 is none.
	Version(ctx context.Context) (version int, dirty bool, err error)
	EnsureTable(ctx context.Context) error
	// SetVersion writes golang-migrate's row, in the transaction that is open, or in one of its own.
	SetVersion(ctx context.Context, version int, dirty bool) error

	// TryLock takes golang-migrate's lock if it is free.
	TryLock(ctx context.Context) (bool, error)
	Unlock(ctx context.Context) error
	// Holders are the sessions that hold golang-migrate's lock.
	Holders(ctx context.Context) []Blocker

	Split(text string) []statement.Statement
	Plan(ctx context.Context, list []statement.Statement) Plan
	// StartFile puts the session's lock timeout back to what the stack wants.
	StartFile(ctx context.Context, list []statement.Statement) error
	InTransaction() bool
	// CommitsBefore tells whether the server ends the open transaction before it runs the statement.
	CommitsBefore(s statement.Statement) bool
	Exec(ctx context.Context, s statement.Statement) (rows int64, err error)

	// Observe and Cancel use a second session; both are safe while Exec runs.
	Observe(ctx context.Context) (Activity, error)
	Cancel(ctx context.Context) error
	Inspect(ctx context.Context) (*Inspection, error)
}
