package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	model "ecs-migrate/migrator/internal/database"
)

// inspect asks, and fails where the answer is not clean.
func (d *database) inspect(env ...string) (*model.Inspection, ran) {
	d.t.Helper()
	r := d.migrate(folder(d.t, three...), "inspect", env...)
	r.expect(d.t, 0, "unchanged", "none")
	if r.line.Inspection == nil {
		d.t.Fatalf("no inspection:\n%s", r.out)
	}
	return r.line.Inspection, r
}

func table(t *testing.T, found *model.Inspection, name string) model.Table {
	t.Helper()
	i := slices.IndexFunc(found.Tables, func(one model.Table) bool { return one.Name == name })
	if i < 0 {
		t.Fatalf("table %s is not in %v", name, found.Tables)
	}
	return found.Tables[i]
}

// about tells whether a number is within a fifth of another.
func about(got, want int64) bool { return got > want*4/5 && got < want*6/5 }

func TestInspectSizes(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE big (id int PRIMARY KEY, note text); INSERT INTO big SELECT i, repeat('x', 100) FROM generate_series(1, 50000) i; CREATE INDEX ON big (note); SELECT pg_stat_force_next_flush()")
	d.exec("CREATE TABLE empty (id int)")
	d.exec("CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
	d.exec("INSERT INTO parts SELECT i, '2026-05-05' FROM generate_series(1, 1000) i; SELECT pg_stat_force_next_flush()")
	bytes := d.one("SELECT pg_relation_size('big')")
	for _, statistics := range []string{"SELECT 1", "ANALYZE"} {
		d.exec(statistics)
		found, _ := d.inspect()
		big := table(t, found, "big")
		var want int64
		_, _ = fmt.Sscan(bytes, &want)
		if big.Rows != 50000 || big.Schema != "public" || big.Indexes != 2 || big.Bytes < want/2 || big.Bytes > want*2 || statistics == "ANALYZE" && !about(big.Bytes, want) {
			t.Fatalf("%s: %+v, its size is %s", statistics, big, bytes)
		}
		if one := table(t, found, "empty"); one.Rows != 0 || one.Bytes != 0 || one.Indexes != 0 {
			t.Fatalf("%+v", one)
		}
		if one := table(t, found, "parts"); one.Rows != 1000 || !one.Partitioned {
			t.Fatalf("%s: %+v", statistics, one)
		}
		if found.TablesOmitted != 0 || len(found.Tables) != 4 || len(found.Unknown) != 0 {
			t.Fatalf("%+v", found)
		}
		if s := found.Server; s.SpeedMs <= 0 || s.SpeedMs > 10_000 || s.CacheBytes != 128<<20 || s.ReadOnly || s.Version != d.one("SHOW server_version") {
			t.Fatalf("%+v", s)
		}
	}
}

// A table under ACCESS EXCLUSIVE is looked at all the same: nothing of inspect waits for it.
func TestInspectWaitsForNobody(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE held (id int); INSERT INTO held SELECT generate_series(1, 100); ANALYZE held")
	d.exec("BEGIN; LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
	found, r := d.inspect()
	if one := table(t, found, "held"); one.Rows != 100 || r.took > 20*time.Second || len(found.Unknown) != 0 {
		t.Fatalf("%+v after %s, unknown %v", one, r.took, found.Unknown)
	}
	d.exec("ROLLBACK")
}

func TestInspectInvalidIndex(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)")
	if _, err := d.conn.Exec(context.Background(), "CREATE UNIQUE INDEX CONCURRENTLY broken ON twice (a)").ReadAll(); err == nil {
		t.Fatal("the index was built")
	}
	found, _ := d.inspect()
	if len(found.InvalidIndexes) != 1 || found.InvalidIndexes[0] != (model.InvalidIndex{Schema: "public", Name: "broken", Table: "twice"}) {
		t.Fatalf("%+v", found.InvalidIndexes)
	}
}

// Sessions that block, with what they hold; the text of their statements shows nowhere.
func TestInspectBlockers(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE shop (id int PRIMARY KEY, note text); INSERT INTO shop VALUES (1, 'x')")
	d.exec("BEGIN; UPDATE shop SET note = 'planted-secret-4711' WHERE id = 1")
	other := connectPostgres(t, d.url)
	go func() {
		_, _ = other.Exec(context.Background(), "UPDATE shop SET note = 'planted-secret-4711' WHERE id = 1").ReadAll()
	}()
	watch := connectPostgres(t, d.url)
	if err := until(2*time.Minute, func() error {
		if rows := execPostgres(t, watch, "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"); rows[0][0] == "0" {
			return fmt.Errorf("nobody waits")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	found, r := d.inspect()
	if len(found.Blockers) != 1 || found.Blockers[0].Waiting != 1 || *found.Blockers[0].Session.State != "idle in transaction" || *found.Blockers[0].Session.Kind != "UPDATE" {
		t.Fatalf("%+v", found.Blockers)
	}
	if holds := found.Blockers[0].Holds; len(holds) != 1 || holds[0] != (model.Hold{Schema: "public", Table: "shop", Mode: "RowExclusiveLock"}) {
		t.Fatalf("%+v", holds)
	}
	if strings.Contains(r.out, "planted-secret") {
		t.Fatal(r.out)
	}
	d.exec("ROLLBACK")
}

func TestInspectOldTransactions(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, d *database) {
		d.exec("CREATE TABLE shop (id int PRIMARY KEY, note text)")
		d.exec("INSERT INTO shop VALUES (1, 'planted-secret-4711')")
		if d.my == nil {
			d.exec("BEGIN; UPDATE shop SET note = 'planted-secret-4711'; PREPARE TRANSACTION 'planted-secret-4711'")
			d.exec("BEGIN; SELECT * FROM shop")
		} else {
			d.my.SetMaxOpenConns(1)
			d.exec("START TRANSACTION; UPDATE shop SET note = 'planted-secret-4711'")
		}
		want := 1
		if d.my == nil {
			want = 2
		}
		var found *model.Inspection
		var r ran
		if err := until(2*time.Minute, func() error { // the tests' binary calls 2 s old
			if found, r = d.inspect(); len(found.Transactions) == want {
				return nil
			}
			return fmt.Errorf("%d transactions:\n%s", len(found.Transactions), r.out)
		}); err != nil {
			t.Fatal(err)
		}
		if d.my == nil {
			if holds := found.Transactions[0].Holds; len(holds) != 1 || holds[0].Table != "shop" || holds[0].Mode != "AccessShareLock" {
				t.Fatalf("%+v", found.Transactions)
			}
			if one := found.Transactions[1]; *one.State != "prepared transaction" || len(one.Holds) != 1 || one.Holds[0].Mode != "RowExclusiveLock" {
				t.Fatalf("%+v %+v", one, one.Holds)
			}
			d.exec("ROLLBACK")
			d.exec("ROLLBACK PREPARED 'planted-secret-4711'")
		}
		if *found.Transactions[0].AgeMs < 2_000 || strings.Contains(r.out, "planted-secret") {
			t.Fatal(r.out)
		}
	})
}

// A role that may not look says so, and what it may see is said all the same.
func TestInspectWithoutPrivileges(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("CREATE TABLE shop (id int); INSERT INTO shop SELECT generate_series(1, 10); ANALYZE shop; DROP ROLE IF EXISTS plain; CREATE ROLE plain LOGIN PASSWORD 'plain'; GRANT ALL ON SCHEMA public TO plain")
	d.url = strings.Replace(d.url, d.url[strings.Index(d.url, "//")+2:strings.LastIndex(d.url, "@")], "plain:plain", 1)
	found, _ := d.inspect()
	if one := table(t, found, "shop"); one.Rows != 10 {
		t.Fatalf("%+v", one)
	}
	if len(found.Unknown) != 1 || found.Unknown[0].What != "other roles' sessions and replicas" {
		t.Fatalf("%+v", found.Unknown)
	}

	d = maria.database(t)
	d.exec("CREATE TABLE shop (id int); INSERT INTO shop VALUES (1)")
	name := d.url[strings.LastIndex(d.url, "/")+1:]
	d.exec("DROP USER IF EXISTS plain; CREATE USER plain IDENTIFIED BY 'plain'")
	d.exec("GRANT SELECT ON " + name + ".* TO plain")
	d.url = fmt.Sprintf("mysql://plain:plain@tcp(127.0.0.1:%d)/%s", maria.port, name)
	found, _ = d.inspect()
	table(t, found, "shop")
	whats := []string{}
	for _, unknown := range found.Unknown {
		whats = append(whats, unknown.What)
	}
	if got := strings.Join(whats, ", "); got != "transactions, who waits for whom" {
		t.Fatal(got, found.Unknown)
	}
}

func TestInspectMariaDB(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	d.exec("CREATE TABLE big (id int PRIMARY KEY, note varchar(100), KEY (note)) ENGINE=InnoDB")
	d.exec("INSERT INTO big WITH RECURSIVE s (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < 1000) SELECT s.seq * 20 + t.seq, 'some text of no importance at all' FROM s, s t WHERE t.seq <= 20; ANALYZE TABLE big")
	d.exec("CREATE TABLE held (id int PRIMARY KEY)")
	d.my.SetMaxOpenConns(1)
	d.exec("LOCK TABLES held WRITE")
	found, r := d.inspect()
	if one := table(t, found, "big"); !about(one.Rows, 20000) || one.Bytes < 500_000 || one.Indexes != 2 || one.Engine != "InnoDB" {
		t.Fatalf("%+v", one)
	}
	if s := found.Server; s.SpeedMs <= 0 || s.CacheBytes != 128<<20 || s.ReadOnly || strings.Contains(s.Version, "MariaDB") == maria.isMySQL {
		t.Fatalf("%+v", s)
	}
	if r.took > 20*time.Second {
		t.Fatalf("it took %s", r.took)
	}
}

// 3,000 tables: the line has room, and says how many it left out.
func TestInspectManyTables(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	d.exec("DO $$ BEGIN FOR i IN 1..3000 LOOP EXECUTE format('CREATE TABLE a_table_with_a_name_of_more_than_forty_letters_%s ()', i); IF i % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$")
	found, r := d.inspect()
	if len(found.Tables) != 500 || found.TablesOmitted != 2500 || len(r.out) > 210_000 {
		t.Fatal(len(found.Tables), found.TablesOmitted, len(r.out))
	}
}
