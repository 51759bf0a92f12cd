package database

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	gm "github.com/golang-migrate/migrate/v4/database"

	"ecs-migrate/migrator/internal/statement"
)

// Asker is an engine's way to its server. Its errors are the driver's; Failure turns them into words.
type Asker interface {
	// Dial opens the session, and Close ends it.
	Dial(ctx context.Context) error
	Close()
	// Greet takes the answer to Hello, and gives the questions for this kind of server.
	Greet(row []string) (Questions, error)
	// Query returns the rows of one question, or executes several statements; NULL reads as the empty text.
	Query(ctx context.Context, text string, args ...any) ([][]string, error)
	// Aside asks in a second session, and is safe while the first one is at work.
	Aside(ctx context.Context, question string, args ...any) ([][]string, error)
	// Failure takes the statement that ran, or nil.
	Failure(ctx context.Context, err error, s *statement.Statement) *Failure
}

// Session is what the engines of PostgreSQL and MySQL have in common.
type Session struct {
	Asker
	Questions Questions
	// Cut splits what another session runs, or ran last, into its statements.
	Cut func(text string) []statement.Statement

	Hello             string // the first question; its first column is PID
	Table             string // golang-migrate's, quoted
	Owner             string // SQL before every statement about it, up to the end of its transaction: the role that may
	NoTable, NoColumn Code   // the server's codes for a table and a column that do not exist
	Lock              any    // golang-migrate's lock: PostgreSQL's number, MySQL's name
	PID               int64
}

// Connect opens the session. If there was one before, it is ended first, so that none of its work is still to come.
func (s *Session) Connect(ctx context.Context) error {
	old := s.PID
	s.Close()
	if err := s.Dial(ctx); err != nil {
		return err
	}
	rows, err := s.Ask(ctx, s.Hello)
	if err != nil {
		return err
	}
	s.PID, _ = strconv.ParseInt(rows[0][0], 10, 64)
	if s.Questions, err = s.Greet(rows[0]); err == nil && old != 0 {
		_, _ = s.Query(ctx, s.Questions.of("end session"), old)
	}
	return err
}

// Ask returns the rows of one question. The error is a *Failure.
func (s *Session) Ask(ctx context.Context, question string, args ...any) ([][]string, error) {
	rows, err := s.Query(ctx, question, args...)
	if err != nil {
		return nil, s.Failure(ctx, err, nil)
	}
	return rows, nil
}

// Do executes statements in the session.
func (s *Session) Do(ctx context.Context, text string) error {
	_, err := s.Ask(ctx, text)
	return err
}

// Version reads golang-migrate's row. A table that has other columns, or another number of rows, is another tool's or broken.
func (s *Session) Version(ctx context.Context) (version int, dirty bool, err error) {
	rows, err := s.Ask(ctx, s.Owner+"SELECT version, dirty FROM "+s.Table+" LIMIT 2")
	why := ""
	switch f := AsFailure(err); {
	case f != nil && f.Code == s.NoColumn:
		why = "a column is missing"
	case f != nil && f.Code != s.NoTable:
		return gm.NilVersion, false, s.own(err, "read")
	case len(rows) == 0:
		return gm.NilVersion, false, nil
	case len(rows) > 1:
		why = "it has several rows"
	default:
		if version, err = strconv.Atoi(rows[0][0]); err == nil && rows[0][1] != "" {
			return version, yes(rows[0][1]), nil
		}
		why = "its row has no number, or no mark"
	}
	return gm.NilVersion, false, &Failure{Kind: Other, Effect: Nothing, Message: fmt.Sprintf("%s is not golang-migrate's table of one row with version and dirty (%s): "+
		"force the version, or name another table by x-migrations-table in the database URL", s.Table, why)}
}

// own says of a refusal that it was about golang-migrate's table.
func (s *Session) own(err error, what string) error {
	if f := AsFailure(err); f != nil && f.Kind == Refused {
		f.Message = "golang-migrate's table " + s.Table + " cannot be " + what + ": " + f.Message
	}
	return err
}

func (s *Session) EnsureTable(ctx context.Context) error {
	rows, err := s.Ask(ctx, s.Questions.of("has table"), s.Table)
	if err != nil || len(rows) > 0 && rows[0][0] != "" {
		return err
	}
	return s.own(s.Do(ctx, "CREATE TABLE IF NOT EXISTS "+s.Table+" (version bigint not null primary key, dirty boolean not null)"), "made")
}

// SetVersion writes in the transaction that is open, or in one of its own.
func (s *Session) SetVersion(ctx context.Context, version int, dirty bool) error {
	return s.WriteVersion(ctx, s.Owner, version, dirty, "")
}

// WriteVersion makes golang-migrate's row the only one, by SQL that stands between two others.
func (s *Session) WriteVersion(ctx context.Context, before string, version int, dirty bool, after string) error {
	sql := before + "DELETE FROM " + s.Table
	if version >= 0 || dirty {
		sql += fmt.Sprintf("; INSERT INTO %s (version, dirty) VALUES (%d, %t)", s.Table, version, dirty)
	}
	return s.own(s.Do(ctx, sql+after), "written")
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
	for _, name := range []string{"blockers", "blockers of a table", "suspects", "suspects elsewhere"} {
		if question := s.Questions.of(name); question != "" && len(activity.Blockers) == 0 {
			rows, err = s.Aside(ctx, question, s.PID)
			activity.Blockers = s.blockers(rows)
			if err != nil && slices.Contains([]Code{"1142", "1227"}, s.Failure(ctx, err, nil).Code) { // MySQL: a privilege is missing
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
	b := Blocker{Application: Text(row[1]), User: Text(row[2]), State: Text(row[3]), AgeMs: milliseconds(row[4])}
	if list := s.Cut(row[5]); len(list) > 0 {
		b.Kind = Text(list[len(list)-1].Kind)
	}
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

// Text is a pointer to the text, or nil if it is empty.
func Text(value string) *string {
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

// Questions are the SQL of an engine by name.
type Questions map[string]string

var namedPart = regexp.MustCompile(`\{([\w ]+)\}`)

// ReadQuestions reads a text of parts that begin with "-- name: NAME". One of the name "NAME, VARIANT" replaces NAME for that
// kind of server, and {name} stands for the text of another part.
func ReadQuestions(text, variant string) Questions {
	q := Questions{}
	parts := strings.Split(text, "\n-- name: ")
	for _, own := range []string{"", variant} {
		for _, part := range parts[1:] {
			head, sql, _ := strings.Cut(part, "\n")
			if name, of, _ := strings.Cut(head, ", "); of == own {
				sql, _, _ = strings.Cut(sql, "\n\n")
				q[name] = strings.TrimSpace(sql)
			}
		}
	}
	return q
}

// of is the text of a part, or empty.
func (q Questions) of(name string) string {
	return namedPart.ReplaceAllStringFunc(q[name], func(part string) string { return q.of(part[1 : len(part)-1]) })
}
