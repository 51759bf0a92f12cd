package e2e

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// blow is what happens to the run from outside.
type blow int

const (
	nothingHappens blow = iota
	connectionCut
	killed
	crashed // the server, which comes back
)

// trial is one random file against one server.
type trial struct {
	*database
	r *rand.Rand
	n int
	// crash ends the server and starts it again.
	crash func()
}

// Never is "nothing took effect" reported of a file that left something behind, whatever ended it; a file that is one
// transaction is never dirty; and a clean version says what the database holds.
func TestRandomFiles(t *testing.T) {
	each(t, func(t *testing.T, d *database) {
		from := firstSeed(t, *files)
		counts := map[string]int{}
		if d.my != nil {
			// One such table on the server, and nothing is provable of any file: other tests must not find it.
			t.Cleanup(func() { d.exec("DROP TABLE IF EXISTS isam") })
		}
		for n := range *files {
			x := &trial{database: d, r: rand.New(rand.NewPCG(from, uint64(n))), n: n}
			if problem := x.run(counts); problem != "" {
				t.Fatalf("file %d of seed %d: %s", n, from, problem)
			}
		}
		t.Log(counts)
	})
}

func (x *trial) run(counts map[string]int) string {
	x.reset()
	if x.my != nil && x.r.IntN(4) == 0 {
		x.exec("CREATE TABLE isam (n int PRIMARY KEY) ENGINE=MyISAM; INSERT INTO isam VALUES (7)")
	}
	f, happens := x.file(), nothingHappens
	if x.r.IntN(3) == 0 {
		happens = blow(1 + x.r.IntN(2))
	}
	return x.judge(f, happens, counts)
}

// judge runs a file in a database that reset made, and says what is wrong with what is told of it.
func (x *trial) judge(f randomFile, happens blow, counts map[string]int) string {
	before := x.fingerprint()
	m := x.start(folder(x.t, "1_start.up.sql", "SELECT 1;", "2_random.up.sql", f.text), "up", "LOCK_TIMEOUT=2s", "LOCK_BUDGET=5s", "CONNECT_TIMEOUT=60s")
	if happens != nothingHappens {
		time.Sleep(time.Duration(x.r.IntN(60)) * time.Millisecond)
		x.strike(m, happens)
	}
	r := m.end()
	x.quiet()
	version := "none"
	if x.one("SELECT count(*) FROM information_schema.tables WHERE table_name = 'schema_migrations' AND table_schema IN ('public', '"+x.url[strings.LastIndex(x.url, "/")+1:]+"')") == "1" {
		version = x.one("SELECT concat(version, ' ', CASE WHEN dirty THEN 'dirty' ELSE 'clean' END) FROM schema_migrations")
	}
	changed := x.fingerprint() != before
	effect := "none"
	if r.line.Failed != nil {
		effect = string(r.line.Failed.Effect)
	}
	counts[fmt.Sprintf("%d %s", r.code, effect)]++
	told := fmt.Sprintf("\n%s\n--- %v, version %s, changed: %t\n%s", f.text, happens, version, changed, r.out)
	switch {
	case r.line.Failed != nil && effect == "nothing" && changed:
		return "nothing took effect, it says, and something did" + told
	case version == "1 clean" && changed:
		return "the version says that the file did not run, and something of it is there" + told
	case f.whole && strings.HasSuffix(version, "dirty"):
		return "one transaction, and dirty" + told
	case r.code == 0 && version != "2 clean":
		return "exit code 0, and the version is not there" + told
	case effect == "nothing" && version != "1 clean":
		return "nothing took effect, and the version is not the old one" + told
	}
	return ""
}

// strike cuts the connection at the server, or kills the migrator.
func (x *trial) strike(m *migration, happens blow) {
	switch happens {
	case killed:
		_ = m.command.Process.Kill()
		return
	case crashed:
		x.crash()
		return
	}
	if x.my == nil {
		x.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ecs-migrate' AND datname = current_database()")
		return
	}
	for _, id := range x.sessions() {
		_, _ = x.my.Exec("KILL " + id)
	}
}

// sessions are those of migrators in MariaDB.
func (x *trial) sessions() []string {
	return x.column("SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID() AND user = 'app'", 0)
}

// column is one of MariaDB's answer.
func (x *trial) column(question string, n int) (list []string) {
	rows, err := x.my.Query(question)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, _ := rows.Columns()
	values, into := make([]string, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			x.t.Fatal(err)
		}
		list = append(list, values[n])
	}
	return list
}

// quiet waits until no session of a migrator is left: what it began is committed or rolled back then.
func (x *trial) quiet() {
	_ = until(2*time.Minute, func() error {
		if x.my != nil {
			if n := len(x.sessions()); n > 0 {
				return fmt.Errorf("%d sessions", n)
			}
			return nil
		}
		if n := x.one("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ecs-migrate' AND datname = current_database()"); n != "0" {
			return fmt.Errorf("%s sessions", n)
		}
		return nil
	})
}

func (x *trial) reset() {
	if x.my == nil {
		for _, row := range execPostgres(x.t, x.conn, "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()") {
			x.exec("ROLLBACK PREPARED '" + row[0] + "'")
		}
		x.exec(`DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE effects (n int); CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1);
			CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false);
			CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO effects VALUES (100); COMMIT; INSERT INTO effects VALUES (101); PERFORM pg_sleep(0.01); END $$;
			CREATE PROCEDURE commits_and_fails() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO effects VALUES (100); COMMIT; PERFORM 1/0; END $$;
			CREATE PROCEDURE plain() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO effects VALUES (102); END $$`)
		return
	}
	x.my.SetMaxOpenConns(1)
	for _, id := range x.column("XA RECOVER", 3) {
		x.exec("XA ROLLBACK '" + id + "'")
	}
	name := x.one("SELECT DATABASE()")
	x.exec("DROP DATABASE " + name + "; CREATE DATABASE " + name + "; USE " + name)
	x.exec(`CREATE PROCEDURE misspelt() BEGIN INSERT INTO effects VALUES (100); PREPARE s FROM 'SELEC 1'; END;
		CREATE TABLE effects (n int) ENGINE=InnoDB; CREATE TABLE once (n int PRIMARY KEY) ENGINE=InnoDB; INSERT INTO once VALUES (7);
		CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (1, false);
		CREATE PROCEDURE plain() BEGIN INSERT INTO effects VALUES (100); INSERT INTO effects VALUES (101); END;
		CREATE PROCEDURE fails() BEGIN INSERT INTO effects VALUES (100); INSERT INTO nope VALUES (1); END`)
}

// fingerprint is all that a file may have changed.
func (x *trial) fingerprint() string {
	if x.my == nil {
		return x.one(`SELECT concat((SELECT string_agg(n::text, ',' ORDER BY n) FROM effects), ' ',
			(SELECT string_agg(relname || ' ' || relkind::text, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace), ' ',
			(SELECT string_agg(attrelid::regclass::text || ' ' || attname, ',' ORDER BY attrelid, attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0), ' ',
			(SELECT string_agg(indexrelid::regclass::text || ' ' || indisvalid, ',' ORDER BY indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid WHERE relnamespace = 'public'::regnamespace), ' ',
			(SELECT string_agg(gid, ',') FROM pg_prepared_xacts WHERE database = current_database()))`)
	}
	isam := ""
	if x.one("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'isam'") != "0" {
		isam = x.one("SELECT GROUP_CONCAT(n ORDER BY n) FROM isam")
	}
	return isam + x.one(`SELECT CONCAT_WS(' ', (SELECT GROUP_CONCAT(n ORDER BY n) FROM effects), (SELECT GROUP_CONCAT(n ORDER BY n) FROM once),
		(SELECT GROUP_CONCAT(table_name, ' ', column_name ORDER BY table_name, ordinal_position) FROM information_schema.columns WHERE table_schema = DATABASE()),
		(SELECT GROUP_CONCAT(table_name, ' ', index_name ORDER BY table_name, index_name) FROM information_schema.statistics WHERE table_schema = DATABASE()))`)
}

// The server must have an end of a migrator that was killed, so that the next one gets the lock.
func TestKilledMigratorLeavesNoStatementBehind(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	m := d.start(folder(t, "1_a.up.sql", "SELECT pg_sleep(600);"), "up")
	m.says("statement 1 of 1")
	if err := m.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = m.command.Wait()
	d.migrate(folder(t, "1_a.up.sql", "SELECT 1;"), "up", "LOCK_BUDGET=120s").expect(t, 0, "applied", "1")
}

// The URL is in no process list.
func TestArgv(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	waits, open := d.gate()
	m := d.start(folder(t, "1_a.up.sql", waits), "up", "LOCK_TIMEOUT=0")
	m.says("statement 1 of 1")
	out, err := exec.Command("ps", "-o", "args=", "-p", fmt.Sprint(m.command.Process.Pid)).Output()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "migrator up") {
		t.Fatal(string(out), err)
	}
	open()
	m.end().expect(t, 0, "applied", "1")
}
