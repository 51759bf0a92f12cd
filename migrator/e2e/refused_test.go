package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// Each is one statement that MariaDB refuses with this number and that leaves nothing behind.
var refusedByMariaDB = []struct {
	code string
	sql  string
}{
	{"1005", "CREATE TABLE c (id INT PRIMARY KEY, t_id INT, FOREIGN KEY (t_id) REFERENCES nope (id))"},
	{"1005", "ALTER TABLE t ADD COLUMN t_id INT, ADD FOREIGN KEY (t_id) REFERENCES t (name)"},
	{"1059", "ALTER TABLE t ADD COLUMN a23456789012345678901234567890123456789012345678901234567890123456 INT"},
	{"1062", "ALTER TABLE t ADD UNIQUE (twice)"},
	{"1062", "CREATE UNIQUE INDEX u ON t (twice)"},
	{"1062", "ALTER TABLE t ADD COLUMN b INT, ADD UNIQUE (twice), ALGORITHM=COPY"},
	{"1062", "ALTER TABLE isam ADD UNIQUE (twice)"},
	{"1074", "ALTER TABLE t ADD COLUMN a VARCHAR(70000)"},
	{"1090", "ALTER TABLE kid DROP COLUMN id, DROP COLUMN p"},
	{"1118", "CREATE TABLE c (a CHAR(255), b VARCHAR(65400)) CHARACTER SET latin1"},
	{"1118", "ALTER TABLE t ADD COLUMN a VARCHAR(40000) CHARACTER SET latin1, ADD COLUMN b VARCHAR(40000) CHARACTER SET latin1"},
	{"1214", "ALTER TABLE mem ADD FULLTEXT (a)"},
	{"1176", "ALTER TABLE t RENAME INDEX nope TO other"},
	{"1252", "ALTER TABLE t ADD COLUMN a POINT, ADD SPATIAL INDEX (a)"},
	{"1253", "ALTER TABLE t ADD COLUMN a VARCHAR(9) CHARACTER SET latin1 COLLATE utf8mb4_bin"},
	{"1264", "ALTER TABLE t MODIFY big TINYINT"},
	{"1265", "ALTER TABLE t MODIFY vacant INT NOT NULL"},
	{"1265", "ALTER TABLE t MODIFY name VARCHAR(2)"},
	{"1291", "ALTER TABLE t ADD COLUMN a ENUM('x', 'x')"},
	{"1292", "ALTER TABLE t MODIFY name DATE"},
	{"1292", "ALTER TABLE t MODIFY name INT"},
	{"1294", "ALTER TABLE t ADD COLUMN a INT ON UPDATE CURRENT_TIMESTAMP"},
	{"1366", "ALTER TABLE t MODIFY word VARCHAR(9) CHARACTER SET latin1"},
	{"1452", "ALTER TABLE t ADD FOREIGN KEY (twice) REFERENCES parent (id)"},
	{"1493", "CREATE TABLE c (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (3))"},
	{"1503", "CREATE TABLE c (id INT PRIMARY KEY, at DATE) PARTITION BY HASH (YEAR(at))"},
	{"1505", "ALTER TABLE t ADD PARTITION (PARTITION a VALUES LESS THAN (5))"},
	{"1506", "CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id)) PARTITION BY HASH (id)"},
	{"1553", "ALTER TABLE kid DROP INDEX p"},
	{"1826", "ALTER TABLE t ADD CONSTRAINT few CHECK (big > 6)"},
	{"1829", "ALTER TABLE parent DROP COLUMN id"},
	{"1114", "ALTER TABLE crowded ADD COLUMN b CHAR(200) DEFAULT 'b'"},
	{"1833", "ALTER TABLE parent MODIFY id BIGINT"},
	{"1846", "ALTER TABLE t MODIFY big INT, ALGORITHM=INPLACE"},
	{"1846", "ALTER TABLE t ADD COLUMN b INT, ADD FULLTEXT (name), LOCK=NONE"},
	{"1846", "CREATE INDEX i ON t (big) ALGORITHM=INSTANT"},
	{"4025", "ALTER TABLE t ADD CHECK (big < 5)"},
}

// named are those whose words quote nothing but names.
var named = map[string]bool{"1114": true, "1005": true, "1059": true, "1074": true, "1253": true, "1294": true, "1452": true, "1833": true,
	"1176": true, "1505": true, "1553": true, "1826": true, "1829": true}

// What the server refuses before it begins, or undoes by itself, is no reason for a dirty version.
func TestARefusedDefinitionLeavesNothingBehind(t *testing.T) {
	d := maria.database(t)
	d.exec(`CREATE TABLE parent (id INT PRIMARY KEY, name INT); CREATE TABLE kid (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id));
		CREATE TABLE mem (a VARCHAR(9)) ENGINE=MEMORY;
		CREATE TABLE crowded (a INT) ENGINE=MEMORY; INSERT INTO crowded WITH RECURSIVE s AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM s WHERE a < 300) SELECT a FROM s;
		CREATE TABLE t (id INT PRIMARY KEY, twice INT, big BIGINT, vacant INT, CONSTRAINT few CHECK (big > 5), name VARCHAR(20), word VARCHAR(9) CHARACTER SET utf8mb4);
		INSERT INTO t VALUES (1, 7, 1000, NULL, 'abc', '語'), (2, 7, 1000, NULL, 'abc', '語');
		CREATE TABLE isam (id INT PRIMARY KEY, twice INT) ENGINE=MyISAM; INSERT INTO isam VALUES (1, 7), (2, 7)`)
	d.url += "?max_heap_table_size=16384" // crowded has no room for another column
	d.migrate(folder(t, "1_a.up.sql", "SELECT 1"), "up").expect(t, 0, "applied", "1")
	for _, c := range refusedByMariaDB {
		t.Run(c.sql, func(t *testing.T) {
			d.migrate(folder(t, "1_a.up.sql", "SELECT 1"), "force 1")
			before := d.definitions()
			r := d.migrate(folder(t, "1_a.up.sql", "SELECT 1", "2_b.up.sql", c.sql), "up")
			if d.definitions() != before {
				t.Fatalf("something is left behind:\n%s\n%s", before, d.definitions())
			}
			if r.line.Failed == nil || r.line.Failed.Code == "" {
				t.Fatalf("wanted an error of the server:\n%s", r.out)
			}
			// MySQL has other numbers for some of them, and the same end.
			if code := string(r.line.Failed.Code); !maria.isMySQL && code != c.code {
				t.Fatalf("wanted error %s:\n%s", c.code, r.out)
			}
			if named[c.code] && strings.Contains(r.out, "(withheld)") {
				t.Fatalf("a name is no value of a row:\n%s", r.out)
			}
			r.expect(t, 11, "failed", "1")
		})
	}
}

// definitions are the columns, keys, constraints and rows of all tables of the test.
func (d *database) definitions() string {
	return d.one(`SELECT CONCAT_WS(' ',
		(SELECT GROUP_CONCAT(table_name, column_name, column_type, is_nullable ORDER BY table_name, ordinal_position) FROM information_schema.columns WHERE table_schema = DATABASE()),
		(SELECT GROUP_CONCAT(table_name, index_name, column_name ORDER BY table_name, CAST(index_name AS BINARY), seq_in_index) FROM information_schema.statistics WHERE table_schema = DATABASE()),
		(SELECT GROUP_CONCAT(table_name, constraint_name ORDER BY table_name, CAST(constraint_name AS BINARY)) FROM information_schema.table_constraints WHERE table_schema = DATABASE()),
		(SELECT GROUP_CONCAT(id, twice, big, IFNULL(vacant, '-'), name, HEX(word)) FROM t))`)
}

// What a user may not do is no wrong password, and leaves nothing behind.
func TestGrantThatIsRefused(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	name := d.url[strings.LastIndex(d.url, "/")+1:]
	for _, text := range []string{"DROP USER IF EXISTS granter", "CREATE USER granter IDENTIFIED BY 'granter'", "GRANT ALL ON " + name + ".* TO granter"} {
		d.exec(text)
	}
	d.url = fmt.Sprintf("mysql://granter:granter@tcp(127.0.0.1:%d)/%s", maria.port, name)
	r := d.migrate(folder(t, "1_a.up.sql", "GRANT ALL ON *.* TO app;"), "up")
	r.expect(t, 11, "failed", "none")
	if f := r.line.Failed; f.Kind != "statement" || f.Code != "1045" || f.File == nil || f.Statement == nil || f.Effect != "nothing" {
		t.Fatal(r.out)
	}
	d.exec("DROP USER granter")
}

// The driver hands no file of its own to the server; the connection is not lost by that.
func TestLoadDataLocal(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	d.exec("CREATE TABLE a (line text)")
	r := d.migrate(folder(t, "1_a.up.sql", "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE a;"), "up")
	r.expect(t, 11, "failed", "none")
	if f := r.line.Failed; f.Kind != "statement" || f.Effect != "nothing" || d.one("SELECT COUNT(*) FROM a") != "0" {
		t.Fatal(r.out)
	}
}
