package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/reach"
	"ecs-migrate/migrator/internal/statement"
)

// SQLSTATEs: appendix A of the PostgreSQL documentation.
const (
	lockNotAvailable  = "55P03"
	deadlock          = "40P01"
	queryCanceled     = "57014"
	syntaxError       = "42601"
	inTransaction     = "25001"
	invalidTxEnd      = "2D000"
	invalidLogin      = "28000"
	raisedException   = "P0001"
	protocolViolation = "08P01"
	duplicateTable    = "42P07"
)

// Failure turns an error of the session into words. s is the statement that ran, or nil.
func (e *Engine) Failure(_ context.Context, err error, s *statement.Statement) *database.Failure {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		f := &database.Failure{Kind: database.Lost, Message: "the connection to the database was lost", Effect: database.Unknown}
		if s != nil && s.Control == statement.None && !s.OutsideTransaction() {
			f.Effect = database.Nothing // its transaction was open; the caller makes sure that the session is over
		}
		return f
	}
	f := &database.Failure{Kind: database.Refused, Code: database.Code(pg.Code), Effect: database.Nothing}
	f.Message, f.Detail = e.words(pg, s)
	switch {
	case pg.Code == lockNotAvailable, pg.Code == deadlock:
		f.Kind, f.Again = database.Locked, true
	case pg.Code == queryCanceled && strings.Contains(pg.Message, "user request"):
		f.Kind = database.Cancelled
	case pg.Code == "57P01", pg.Code == "57P02", pg.Code == "25P03", pg.Code == "57P05":
		// The server ended the session; the next call finds the connection closed.
		f.Kind = database.Lost
		if s != nil && (s.Control != statement.None || s.OutsideTransaction()) {
			f.Effect = database.Unknown
		}
	}
	if s != nil {
		f.Line = s.LineAt(int(pg.Position))
	}
	return f
}

var (
	quotedText = regexp.MustCompile(`(?s)".*"`)
	nearToken  = regexp.MustCompile(`(?s)at or near ".*`)
	// plainToken is a word or a sign. Anything else holds a literal, or the rest of the file.
	plainToken = regexp.MustCompile(`at or near "([A-Za-z_]\w*|[^\w\s'"$]{1,3})"`)
)

// ofLanguage are the places of the server that raise the text of a procedure, under whatever SQLSTATE it names.
var ofLanguage = regexp.MustCompile(`exec_stmt_raise|plpy_elog|plperl\.c|pltcl\.c`)

// withValues are the classes of SQLSTATE whose messages quote values: data, PL/pgSQL, programs of COPY, files.
var withValues = map[string]bool{"22": true, "P0": true, "38": true, "58": true}

const withheld = "(withheld)"

// words are the server's message without values: literals of the SQL and of rows stand in messages of class 22, in the
// token of a syntax error, in DETAIL and in whatever text a function raises.
func (e *Engine) words(pg *pgconn.PgError, s *statement.Statement) (message, detail string) {
	if e.settings.ShowDetails {
		for _, text := range []string{pg.Detail, pg.Hint, pg.Where} {
			if text != "" {
				detail += text + "\n"
			}
		}
		return pg.Message, strings.TrimRight(detail, "\n")
	}
	switch {
	case pg.Code == protocolViolation && s != nil && strings.Contains(s.Text, "\x00"):
		return "the statement holds a NUL byte, which PostgreSQL takes nowhere: write the file in UTF-8 without it", ""
	case (pg.Code == raisedException || ofLanguage.MatchString(pg.File+pg.Routine)) && !raises(s, pg.Message):
		return "the SQL raised an exception, whose text is withheld (showErrorDetails shows it)", ""
	case pg.Code == syntaxError && nearToken.MatchString(pg.Message):
		// Where the quotes do not match, a value may stand as a word.
		if m := plainToken.FindStringSubmatch(pg.Message); m != nil && (s == nil || !s.Has("PASSWORD") && !strings.ContainsAny(s.Text, "'$") || statement.IsKeyword(m[1])) {
			return pg.Message, ""
		}
		return nearToken.ReplaceAllString(pg.Message, "at or near a literal "+withheld), ""
	case pg.Code == syntaxError, pg.Code != raisedException && withValues[pg.Code[:min(2, len(pg.Code))]]:
		return quotedText.ReplaceAllString(pg.Message, withheld), ""
	}
	return pg.Message, ""
}

// raises tells whether the message is a text of the file itself, into which no value was put.
func raises(s *statement.Statement, message string) bool {
	if s == nil || message == "" {
		return false
	}
	literal := regexp.QuoteMeta(strings.ReplaceAll(message, "'", "''"))
	// RAISE takes the name of a condition without quotes.
	return regexp.MustCompile(`(?i)raise\s+(exception\s+)?('` + literal + `'|` + literal + `\s*;)`).MatchString(s.Text)
}

func (e *Engine) notice(n *pgconn.PgError) {
	if n.Code == duplicateTable {
		e.skipped = n.Message
	}
	if n.Message == "there is already a transaction in progress" || n.Message == "there is no transaction in progress" {
		return
	}
	if n.Where != "" && !e.settings.ShowDetails {
		e.out.Line("  %s raised by the SQL; its text is withheld", n.Severity)
		return
	}
	message, _ := e.words(n, nil)
	e.out.Line("  %s: %s", n.Severity, message)
}

// refuseInvalid fails a CREATE INDEX IF NOT EXISTS that an invalid index of this name has made the server skip: the file would
// count as done, and the index serve no query.
func (e *Engine) refuseInvalid(ctx context.Context, s statement.Statement) error {
	if e.skipped == "" || s.Kind != "CREATE INDEX" {
		return nil
	}
	rows, err := e.Ask(ctx, `SELECT c.oid::regclass FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		WHERE NOT x.indisvalid AND c.relkind = 'i' AND position('"' || c.relname || '"' IN $1) > 0 AND position(t.relname IN $2) > 0`, e.skipped, s.Text)
	if err != nil || len(rows) == 0 {
		return err
	}
	return &database.Failure{Kind: database.Refused, Effect: database.Nothing, Message: fmt.Sprintf("the index %s exists and is invalid, so IF NOT EXISTS passed over it: "+
		"if no session builds it at the moment, drop it (DROP INDEX CONCURRENTLY %[1]s) and run this again", rows[0][0])}
}

// notBegun are the errors of names, privileges and states that a command outside of a transaction meets before it does anything:
// a database that does not exist (3D000), exists (42P04) or is in use (55006), a table, a prepared transaction.
var notBegun = []string{syntaxError, inTransaction, "42P01", "42704", "42710", "42P04", "42501", "42809", "3D000", "3F000", "55006", "0A000"}

// aloneEffect judges a statement that ran outside a transaction and failed. What the server refused before it began, what it does
// whole or not at all, and an index command after which every index is as it was, did nothing.
func (e *Engine) aloneEffect(ctx context.Context, err error, s statement.Statement, before string) database.Effect {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Severity == "FATAL" {
		return database.Unknown
	}
	runs := s.Starts("CALL") || s.Starts("DO") // code that may commit, and then meet any error
	if !runs && !e.outsideTransaction(s) {
		return database.Nothing // it is a transaction of its own
	}
	refused := strings.HasPrefix(pg.Code, "42") && pg.Position > 0 || !runs && slices.Contains(notBegun, pg.Code) || pg.Code == syntaxError || pg.Code == inTransaction
	if refused && pg.Where == "" && pg.InternalQuery == "" {
		return database.Nothing
	}
	if !s.Concurrent() {
		switch s.Kind {
		// A new database is committed or not; the others change no row, whatever they came to.
		case "CREATE DATABASE", "ALTER SYSTEM", "VACUUM", "REINDEX", "CLUSTER", "DISCARD":
			return database.Nothing
		}
	}
	if before != "" {
		if after := e.indexes(ctx); after != "" && after == before {
			return database.Nothing
		}
	}
	return database.Unknown
}

// indexes is a digest of every index and its state, or empty.
func (e *Engine) indexes(ctx context.Context) string {
	rows, err := e.Ask(ctx, `SELECT md5(coalesce(string_agg(indexrelid || ' ' || indrelid || indisvalid || indisready || indislive, ','
		ORDER BY indexrelid), '')) FROM pg_index`)
	if err != nil {
		return ""
	}
	return rows[0][0]
}

// explainConfig says why pgx does not take the parameters. Its own text holds the URL.
func explainConfig(err error) error {
	var path *fs.PathError
	inner := errors.Unwrap(err)
	switch {
	case errors.As(err, &path):
		return fmt.Errorf("a file that the database URL names (sslrootcert, sslcert, sslkey or a service file) cannot be read in the image: %w", path.Err)
	case inner != nil && strings.Contains(inner.Error(), "CA"):
		return fmt.Errorf("the file that sslrootcert names holds no certificate")
	case inner != nil && strings.Contains(inner.Error(), "ssl"):
		return fmt.Errorf("the database URL's TLS parameters do not read (sslmode is disable, allow, prefer, require, verify-ca or verify-full)")
	}
	return fmt.Errorf("the database URL has a part or a parameter that does not read")
}

// explainConnect says why no session began.
func (e *Engine) explainConnect(err error) *database.Failure {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return e.explainRefusal(pg)
	}
	var path *fs.PathError
	switch {
	case strings.Contains(err.Error(), "ValidateConnect"):
		return &database.Failure{Kind: database.Unreachable, Again: true, Message: "the server is not one that target_session_attrs in the database URL asks for"}
	case strings.Contains(err.Error(), "server refused TLS"):
		return &database.Failure{Kind: database.TLS, Message: "the database offers no TLS (SSL is not enabled on the server), and sslmode asks for it: enable it, or set sslmode=disable"}
	case errors.As(err, &path):
		return &database.Failure{Kind: database.TLS, Message: "a file that the database URL names cannot be read in the image"}
	}
	return reach.Explain(err, e.at)
}

func (e *Engine) explainRefusal(pg *pgconn.PgError) *database.Failure {
	message, _ := e.words(pg, nil)
	f := reach.Refused(pg.Code, message)
	switch {
	case strings.HasPrefix(pg.Message, "PAM authentication failed"):
		f.Message += " (RDS checks an IAM token so: the user needs rds_iam, the task's role rds-db:connect on this user, and a token is valid for 15 minutes)"
	case pg.Code == invalidLogin && strings.Contains(pg.Message, "no encryption"):
		f.Kind = database.TLS
		f.Message = "the database takes no connection without TLS: set sslmode=verify-full or require (" + pg.Message + ")"
	case pg.Code == protocolViolation && strings.Contains(pg.Message, "startup parameter"):
		f.Kind = database.Pooler
		f.Message = "a connection pooler refuses a parameter of the database URL: " + pg.Message
	}
	return f
}
