package e2e

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// hold keeps a table locked by another session until release is called.
func (d *database) hold(statement string) (release func()) {
	d.t.Helper()
	if d.my == nil {
		conn := connectPostgres(d.t, d.url+"&application_name=report")
		execPostgres(d.t, conn, "BEGIN; "+statement)
		return func() { execPostgres(d.t, conn, "ROLLBACK") }
	}
	conn, err := d.my.Conn(context.Background())
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = conn.Close() })
	run := func(text string) {
		if _, err := conn.ExecContext(context.Background(), text); err != nil {
			d.t.Fatal(err)
		}
	}
	run("START TRANSACTION")
	run(statement)
	return func() { run("ROLLBACK") }
}

// R5: a table that another session holds.
func TestTableHeld(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, "1_a.up.sql", "CREATE TABLE held (id int); INSERT INTO held VALUES (1);", "2_b.up.sql", "ALTER TABLE held ADD COLUMN x int;")
		d.migrate(path, "goto 1").expect(t, 0, "applied", "1")
		release := d.hold("SELECT * FROM held")
		over, slowest := make(chan struct{}), make(chan time.Duration, 1)
		go func() { slowest <- d.slowestRead(over) }()
		m := d.start(path, "up", "LOCK_TIMEOUT=1s", "LOCK_BUDGET=120s")
		m.says(": blocked by pid ")
		if *full {
			time.Sleep(30 * time.Second)
		}
		release()
		r := m.end()
		close(over)
		r.expect(t, 0, "applied", "2")
		if r.line.Retries == 0 || r.line.WaitedMs < 1000 || !strings.Contains(r.out, "tried again in") || !strings.Contains(r.out, "blocked by pid ") {
			t.Fatal(r.out)
		}
		if d.conn != nil && !strings.Contains(r.out, "(report, app, idle in transaction, for ") {
			t.Fatal(r.out)
		}
		longest := <-slowest
		if *full && longest > 1500*time.Millisecond { // a machine that is busy with other tests may need longer
			t.Fatalf("another session waited %s", longest)
		}
		t.Logf("%d attempts, waited %.0f ms, another session at most %s", r.line.Retries+1, r.line.WaitedMs, longest)
	})
}

// slowestRead reads the held table over and over, as a service does, and gives the longest wait.
func (d *database) slowestRead(over chan struct{}) (longest time.Duration) {
	var conn *pgconn.PgConn
	if d.my == nil {
		var err error
		if conn, err = pgconn.Connect(context.Background(), d.url); err != nil {
			return time.Hour
		}
		defer func() { _ = conn.Close(context.Background()) }()
	}
	for {
		select {
		case <-over:
			return longest
		default:
		}
		begun := time.Now()
		if d.my != nil {
			var one int
			_ = d.my.QueryRow("SELECT 1 FROM held").Scan(&one)
		} else {
			_, _ = conn.Exec(context.Background(), "SELECT 1 FROM held").ReadAll()
		}
		longest = max(longest, time.Since(begun))
		time.Sleep(20 * time.Millisecond)
	}
}

func TestTableHeldForLongerThanTheBudget(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, "1_a.up.sql", "CREATE TABLE held (id int);", "2_b.up.sql", "ALTER TABLE held ADD COLUMN x int;")
		d.migrate(path, "goto 1").expect(t, 0, "applied", "1")
		defer d.hold("SELECT * FROM held")()
		r := d.migrate(path, "up", "LOCK_TIMEOUT=3s", "LOCK_BUDGET=4s")
		r.expect(t, 11, "failed", "1")
		if f := r.line.Failed; f.Kind != "lock" || f.Effect != "nothing" || len(f.Blockers) != 1 {
			t.Fatal(r.out)
		}
	})
}

// R6 and R7: golang-migrate's own lock.
func TestAdvisoryLock(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		waits, open := d.gate()
		path := folder(t, "1_a.up.sql", "CREATE TABLE a (id int);", "2_b.up.sql", waits)
		first := d.start(path, "up", "LOCK_TIMEOUT=0")
		first.says("2_b.up.sql: ")
		// The first run cannot end before the gate opens, so who waits for it never answers.
		for _, operation := range []string{"version", "status", "inspect"} {
			if r := d.migrate(path, operation); r.code != 0 && r.code != 12 {
				t.Fatal(r.out)
			}
		}
		second := d.migrate(path, "up", "LOCK_BUDGET=1s")
		if f := second.line.Failed; second.code != 11 && second.code != 12 || f.Kind != "lock" || f.Effect != "nothing" || len(f.Blockers) != 1 ||
			!strings.Contains(f.Message, "nothing ran: another session holds golang-migrate's lock") || !strings.Contains(second.out, "waiting for golang-migrate's lock") {
			t.Fatal(second.out)
		}
		third := d.start(path, "up", "LOCK_BUDGET=120s")
		third.says("waiting for golang-migrate's lock")
		open()
		third.end().expect(t, 0, "unchanged", "2")
		first.end().expect(t, 0, "applied", "2")
	})
}

// In random contention a run ends applied, or failed with nothing done, and never dirty.
func TestContention(t *testing.T) {
	t.Parallel()
	rounds := 8
	if *full {
		rounds = 100
	}
	for round := 1; round <= rounds; round++ {
		both(t, func(t *testing.T, d *database) {
			d.exec("CREATE TABLE one (id int)")
			d.exec("CREATE TABLE two (id int)")
			d.exec("INSERT INTO one VALUES (1)")
			d.exec("INSERT INTO two VALUES (1)")
			stop := make(chan struct{})
			var group sync.WaitGroup
			for range 2 {
				group.Go(func() { d.bother(stop) })
			}
			text := "ALTER TABLE one ADD COLUMN a int;"
			if d.my == nil {
				text = "ALTER TABLE one ADD COLUMN a int; ALTER TABLE two ADD COLUMN a int; UPDATE one SET id = id + 1;"
			}
			r := d.migrate(folder(t, "1_a.up.sql", text), "up", "LOCK_TIMEOUT=1s", "LOCK_BUDGET=10s")
			close(stop)
			group.Wait()
			if r.line.Outcome != "applied" && (r.line.Outcome != "failed" || r.line.Failed.Effect != "nothing") {
				t.Fatal(r.out)
			}
		})
	}
}

// bother takes row locks in two tables in random order, again and again.
func (d *database) bother(stop chan struct{}) {
	ctx := context.Background()
	var run func(text string)
	if d.my != nil {
		conn, err := d.my.Conn(ctx)
		if err != nil {
			return
		}
		defer func(c *sql.Conn) { _ = c.Close() }(conn)
		run = func(text string) { _, _ = conn.ExecContext(ctx, text) }
	} else {
		conn, err := pgconn.Connect(ctx, d.url)
		if err != nil {
			return
		}
		defer func() { _ = conn.Close(ctx) }()
		run = func(text string) { _, _ = conn.Exec(ctx, text).ReadAll() }
	}
	tables := []string{"one", "two"}
	for {
		select {
		case <-stop:
			return
		default:
		}
		i := rand.N(2)
		run("START TRANSACTION")
		run("UPDATE " + tables[i] + " SET id = id + 1")
		time.Sleep(rand.N(100 * time.Millisecond))
		run("UPDATE " + tables[1-i] + " SET id = id + 1")
		time.Sleep(rand.N(100 * time.Millisecond))
		run("COMMIT")
	}
}

// A table of versions that another session holds is waited for, and the dirty mark still comes before the file.
func TestVersionTableHeld(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		path := folder(t, "1_a.up.sql", "CREATE TABLE a (id int);", "2_b.up.sql", "CREATE TABLE b (id int); COMMIT; INSERT INTO nope VALUES (1);")
		d.migrate(path, "goto 1").expect(t, 0, "applied", "1")
		release := d.hold("UPDATE schema_migrations SET dirty = dirty")
		m := d.start(path, "up", "LOCK_TIMEOUT=1s", "LOCK_BUDGET=120s")
		m.says("tried again in")
		release()
		r := m.end()
		r.expect(t, 12, "dirty", "2 dirty")
		if f := r.line.Failed; f.Effect != "some" {
			t.Fatal(r.out)
		}
	})
}

// Who holds a row, or the table, is named, and no bystander: MariaDB does not tell who holds a table, and names both there.
func TestWhoBlocksIsNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statement string
		blockers  int
	}{"a row": {"UPDATE held SET n = 2 WHERE id = 1;", 1}, "a table": {"ALTER TABLE held ADD COLUMN x int;", 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := maria.database(t)
			path := folder(t, "1_a.up.sql", "CREATE TABLE held (id int PRIMARY KEY, n int); INSERT INTO held VALUES (1, 1); CREATE TABLE other (id int);", "2_b.up.sql", c.statement)
			d.migrate(path, "goto 1").expect(t, 0, "applied", "1")
			defer d.hold("SELECT * FROM other")()
			stranger := maria.database(t)
			stranger.exec("CREATE TABLE held (id int)")
			defer stranger.hold("SELECT * FROM held")()
			defer d.hold("UPDATE held SET n = 3 WHERE id = 1")()
			want := c.blockers
			if name == "a table" && !maria.isMySQL {
				want = 2
			}
			r := d.migrate(path, "up", "LOCK_TIMEOUT=3s", "LOCK_BUDGET=4s")
			r.expect(t, 11, "failed", "1")
			if f := r.line.Failed; f.Kind != "lock" || f.Effect != "nothing" || len(f.Blockers) != want {
				t.Fatal(r.out)
			}

			// A user who may not see it is told so.
			schema := d.one("SELECT DATABASE()")
			user := "blind_" + schema
			d.exec("CREATE USER " + user + " IDENTIFIED BY 'blind'; GRANT ALL ON " + schema + ".* TO " + user)
			blind := *d
			blind.url = strings.Replace(d.url, d.url[strings.Index(d.url, "//")+2:strings.LastIndex(d.url, "@tcp")], user+":blind", 1)
			r = blind.migrate(path, "up", "LOCK_TIMEOUT=3s", "LOCK_BUDGET=4s")
			r.expect(t, 11, "failed", "1")
			if f := r.line.Failed; len(f.Blockers) != 0 || !strings.Contains(r.out, ": who blocked it only a user with the privilege PROCESS sees") {
				t.Fatal(r.out)
			}
		})
	}
}
