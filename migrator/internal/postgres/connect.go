package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	gm "github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5/pgconn"

	"ecs-migrate/migrator/internal/database"
	"ecs-migrate/migrator/internal/reach"
)

// config is pgx's configuration of a connection.
func (e *Engine) config() (*pgconn.Config, error) {
	u := migrate.FilterCustomQuery(&url.URL{Scheme: "postgres", Host: net.JoinHostPort(e.at.Host, e.at.Port), Path: "/" + e.at.Name,
		User: url.UserPassword(e.at.User, e.at.Password), RawQuery: e.at.Params.Encode()})
	query := u.Query()
	if query.Get("sslmode") == "" && e.at.VerifiesTLS() {
		query.Set("sslmode", "verify-full")
	}
	if query.Get("application_name") == "" {
		query.Set("application_name", "ecs-migrate")
	}
	u.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // pgx takes a + for itself
	cfg, err := pgconn.ParseConfig(u.String())
	if err != nil {
		return nil, explainConfig(err)
	}
	if query.Get("sslrootcert") == "" && strings.HasPrefix(query.Get("sslmode"), "verify") {
		roots := reach.Roots()
		for _, host := range append(cfg.Fallbacks, &pgconn.FallbackConfig{TLSConfig: cfg.TLSConfig}) {
			if host.TLSConfig != nil { // not that of a socket
				host.TLSConfig.RootCAs = roots
			}
		}
	}
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, 10*time.Second)
	cfg.DialFunc = reach.Dialer(cfg.ConnectTimeout).DialContext
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { e.notice((*pgconn.PgError)(n)) }
	return cfg, nil
}

func (e *Engine) dial(ctx context.Context) (*pgconn.PgConn, error) {
	cfg, err := e.config()
	if err != nil {
		return nil, &database.Failure{Kind: database.TLS, Message: err.Error()}
	}
	if e.at.IAM { // else the password may also come from a file that the URL names
		if cfg.Password, err = reach.Password(ctx, e.at, e.out.Hide); err != nil {
			return nil, err
		}
	}
	conn, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, e.explainConnect(err)
	}
	return conn, nil
}

func (e *Engine) Dial(ctx context.Context) error {
	conn, err := e.dial(ctx)
	if err == nil {
		e.conn = conn
	}
	return err
}

const hello = `SELECT pg_backend_pid(), current_schema(), current_setting('lock_timeout'), CASE WHEN current_user = session_user THEN 'NONE'
	ELSE quote_ident(current_user) END, current_setting('server_version_num')`

func (e *Engine) Greet(row []string) (database.Questions, error) {
	e.ownTimeout = row[2] != "0"
	// A file may change the role for good, and the table belongs to the one that the session began with.
	e.Owner = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL ROLE " + row[3] + "; "
	e.number, _ = strconv.Atoi(row[4])
	variant := ""
	if e.number < 140000 {
		variant = "PostgreSQL 13"
	}
	return database.ReadQuestions(questions, variant), e.nameTable(row[1])
}

var quotedName = regexp.MustCompile(`"(.*?)"`)

// nameTable finds golang-migrate's table and the number of its lock, as its own drivers do.
func (e *Engine) nameTable(schema string) error {
	if schema == "" {
		return &database.Failure{Kind: database.Settings, Message: "no schema of the session's search_path exists or is open to this user, so there is no place for schema_migrations: " +
			"create the schema, grant USAGE on it, or set search_path in the database URL or for the user"}
	}
	table := e.at.Table
	if e.at.TableQuoted {
		parts := quotedName.FindAllStringSubmatch(table, -1)
		if len(parts) == 0 || len(parts) > 2 {
			return &database.Failure{Kind: database.Settings, Message: `x-migrations-table must be quoted, as in "schema"."table", since x-migrations-table-quoted is true`}
		}
		table = parts[len(parts)-1][1]
		if len(parts) == 2 {
			schema = parts[0][1]
		}
	}
	e.Table = quoteName(schema) + "." + quoteName(table)
	id, err := gm.GenerateAdvisoryLockId("/"+e.at.Name, schema, table)
	e.Lock = id
	return err
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (e *Engine) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if e.conn != nil {
		_ = e.conn.Close(ctx)
		e.ahead = 0
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.second != nil {
		_ = e.second.Close(ctx)
		e.second = nil
	}
}

// refusePooler recognises PgBouncer and its like in transaction or statement mode: the number that the server gave at the start
// of the session is not the backend's, and two of our sessions share a backend or one session changes it.
func (e *Engine) refusePooler(ctx context.Context) error {
	if int64(e.conn.PID()) == e.PID {
		return nil
	}
	short, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	other, err := e.dial(short)
	if err != nil {
		return nil // one session at a time: it keeps its backend
	}
	defer func() { _ = other.Close(short) }()
	const ask = "SELECT pg_backend_pid()"
	mode := "transaction"
	if _, err := other.Exec(short, "BEGIN").ReadAll(); err != nil {
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || !strings.Contains(pg.Message, "statement pooling") {
			return nil // it waits for our backend to be free, so that this is ours alone
		}
		mode = "statement"
	} else if theirs, err := query(short, other, ask); err != nil || theirs[0][0] != fmt.Sprint(e.PID) {
		ours, err := e.Ask(ctx, ask)
		if err != nil || ours[0][0] == fmt.Sprint(e.PID) {
			return err
		}
	}
	return &database.Failure{Kind: database.Pooler, Message: "the database URL leads to a connection pooler in " + mode + " mode (PgBouncer or its like), " +
		"where golang-migrate's lock and a session's settings do not hold: use the database's own host and port, or a pool in session mode"}
}
