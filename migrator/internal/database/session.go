package database

import (
	"context"
	"fmt"
	"strconv"

	gm "github.com/golang-migrate/migrate/v4/database"
)

// Asker is an engine's way to its server. Its errors are *Failure.
type Asker interface {
	// Ask returns the rows of one question; NULL reads as the empty text.
	Ask(ctx context.Context, question string, args ...any) ([][]string, error)
	// Aside asks in a second session, and is safe while the first one is at work.
	Aside(ctx context.Context, question string, args ...any) ([][]string, error)
	// Do executes statements in the session.
	Do(ctx context.Context, text string) error
}

// Session is what the engines of PostgreSQL and MySQL have in common.
type Session struct {
	Asker
	Questions Questions
	// Kind names the statement that a session runs, or ran last.
	Kind func(text string) string

	Table   string // golang-migrate's, quoted
	NoTable string // the server's code for a table that does not exist
	Lock    any    // golang-migrate's lock: PostgreSQL's number, MySQL's name
	PID     int64
}

func (s *Session) Version(ctx context.Context) (version int, dirty bool, err error) {
	rows, err := s.Ask(ctx, "SELECT version, dirty FROM "+s.Table+" LIMIT 1")
	if err != nil && AsFailure(err).Code != s.NoTable {
		return gm.NilVersion, false, err
	}
	if len(rows) == 0 {
		return gm.NilVersion, false, nil
	}
	if version, err = strconv.Atoi(rows[0][0]); err != nil {
		return gm.NilVersion, false, &Failure{Kind: Other, Message: "the version in " + s.Table + " is no number"}
	}
	return version, yes(rows[0][1]), nil
}

func (s *Session) EnsureTable(ctx context.Context) error {
	rows, err := s.Ask(ctx, s.Questions.of("has table"), s.Table)
	if err != nil || len(rows) > 0 && rows[0][0] != "" {
		return err
	}
	return s.Do(ctx, "CREATE TABLE IF NOT EXISTS "+s.Table+" (version bigint not null primary key, dirty boolean not null)")
}

// WriteVersion is the SQL that makes golang-migrate's row the only one.
func (s *Session) WriteVersion(version int, dirty bool) string {
	if version < 0 && !dirty {
		return "DELETE FROM " + s.Table
	}
	return fmt.Sprintf("DELETE FROM %s; INSERT INTO %[1]s (version, dirty) VALUES (%d, %t)", s.Table, version, dirty)
}

func (s *Session) TryLock(ctx context.Context) (bool, error) {
	rows, err := s.Ask(ctx, s.Questions.of("try lock"), s.Lock)
	return err == nil && yes(rows[0][0]), err
}

func (s *Session) Unlock(ctx context.Context) error {
	_, err := s.Ask(ctx, s.Questions.of("unlock"), s.Lock)
	return err
}

func (s *Session) Holders(ctx context.Context) []Blocker {
	rows, _ := s.Ask(ctx, s.Questions.of("holders"), s.Lock) // who may not see them waits all the same
	return s.blockers(rows)
}

// Observe gives the state of the session, and who blocks it: the first of the engine's questions that names somebody.
func (s *Session) Observe(ctx context.Context) (Activity, error) {
	rows, err := s.Aside(ctx, s.Questions.of("state"), s.PID)
	if err != nil || len(rows) == 0 {
		return Activity{}, err
	}
	activity := Activity{Wait: rows[0][0]}
	for _, name := range []string{"blockers", "blockers of a table", "suspects"} {
		if question := s.Questions.of(name); question != "" && len(activity.Blockers) == 0 {
			rows, err = s.Aside(ctx, question, s.PID)
			activity.Blockers = s.blockers(rows)
			if f := AsFailure(err); f != nil && (f.Code == "1142" || f.Code == "1227") { // MySQL: a privilege is missing
				activity.Unseen, err = "only a user with the privilege PROCESS sees", nil
			}
		}
	}
	return activity, err
}

func (s *Session) Cancel(ctx context.Context) error {
	_, err := s.Aside(ctx, s.Questions.of("cancel"), s.PID)
	return err
}

// blocker reads the columns of the part "session".
func (s *Session) blocker(row []string) Blocker {
	b := Blocker{Application: text(row[1]), User: text(row[2]), State: text(row[3]), AgeMs: milliseconds(row[4]), Kind: text(s.Kind(row[5]))}
	b.PID, _ = strconv.ParseInt(row[0], 10, 64)
	return b
}

func (s *Session) blockers(rows [][]string) []Blocker {
	list := make([]Blocker, len(rows))
	for i, row := range rows {
		list[i] = s.blocker(row)
	}
	return list
}

func yes(value string) bool { return value == "t" || value == "1" }

func text(value string) *string {
	if value == "" {
		return nil
	}
	return &value
}

func number(value string) float64 {
	n, _ := strconv.ParseFloat(value, 64)
	return n
}

func milliseconds(value string) *float64 {
	if value == "" {
		return nil
	}
	ms := max(0, float64(int64(number(value))))
	return &ms
}
