package e2e

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// planted is personal data; it must not leave the database.
var planted = []string{"alice@example.com", "hunter2secret", "4111111111111111"}

// R18: row values and literals in what the servers say.
func TestValuesAreWithheld(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"postgres": {
			"CREATE TABLE u (mail text UNIQUE); INSERT INTO u VALUES ('alice@example.com'), ('alice@example.com');",
			"CREATE TABLE u (mail text); INSERT INTO u VALUES ('alice@example.com'); ALTER TABLE u ALTER mail TYPE int USING mail::int;",
			"CREATE ROLE x LOGIN PASSWORD 'hunter2secret' NONSENSE;",
			"SELECT 'a' 'hunter2secret';",
			"SELECT 1 1;SELECT 4111111111111111 4111111111111111;",
			"DO $$ BEGIN RAISE EXCEPTION 'bad row %', 'alice@example.com'; END $$;",
			"DO $$ BEGIN RAISE NOTICE 'row %', 'alice@example.com'; RAISE WARNING 'hunter2secret'; PERFORM 1/0; END $$;",
			"SELECT '4111111111111111'::int;",
			"SELECT 'alice@example.com'::date;",
			"SELECT ('{\"a\": alice@example.com}')::json;",
			"SELECT $$alice@example.com$$ $$hunter2secret$$;",
			"CREATE TABLE u (n int CHECK (n > 0)); INSERT INTO u VALUES (-1); -- hunter2secret",
			"SELECT set_config('work_mem', 'hunter2secret', false);",
			"SELECT 'hunter2secret",
			// What a procedure raises has any SQLSTATE; a token may be the rest of the file.
			"DO $$ BEGIN RAISE EXCEPTION USING MESSAGE = 'hunter2secret', ERRCODE = '23505'; END $$;",
			"DO $$ BEGIN RAISE EXCEPTION 'row %', 'alice@example.com' USING ERRCODE = '42P01'; END $$;",
			"SELECT \"hunter2secret;",
			"SELECT 1 /* hunter2secret",
			"ALTER ROLE x PASSWORD hunter2secret;",
			"COPY (SELECT 1) TO PROGRAM 'false hunter2secret';",
			"SELECT 'hunter2secret & &'::tsquery;",
			"# hunter2secret",
		},
		"mariadb": {
			"CREATE TABLE u (mail varchar(50) UNIQUE); INSERT INTO u VALUES ('alice@example.com'), ('alice@example.com');",
			"CREATE USER x IDENTIFIED BY 'hunter2secret' NONSENSE;",
			"CREATE TABLE u (n int); INSERT INTO u VALUES ('alice@example.com');",
			"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'alice@example.com';",
			"SELECT CAST('x' AS NONSENSE), 'hunter2secret';",
			"CREATE TABLE u (d date); INSERT INTO u VALUES ('hunter2secret');",
			// SIGNAL gives its text any number; a value may hold what the message goes on with.
			"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'hunter2secret', MYSQL_ERRNO = 1146;",
			"SIGNAL SQLSTATE '42S02' SET MESSAGE_TEXT = 'hunter2secret', MYSQL_ERRNO = 1146;",
			"CREATE PROCEDURE p() SIGNAL SQLSTATE '28000' SET MESSAGE_TEXT = 'hunter2secret', MYSQL_ERRNO = 1045; CALL p();",
			"CREATE TABLE u (mail varchar(50) UNIQUE); INSERT INTO u VALUES ('a'' for hunter2secret'), ('a'' for hunter2secret');",
			"CREATE TABLE u (n bigint) PARTITION BY LIST (n) (PARTITION a VALUES IN (1)); INSERT INTO u VALUES (4111111111111111);",
		},
	}
	for server, list := range cases {
		for i, sql := range list {
			t.Run(fmt.Sprintf("%s %d", server, i), func(t *testing.T) {
				d := pg.database(t)
				if server == "mariadb" {
					d = maria.database(t)
				}
				r := d.migrate(folder(t, "1_a.up.sql", sql), "up")
				if r.code != 11 && r.code != 12 {
					t.Fatal(r.out)
				}
				for _, value := range planted {
					if strings.Contains(r.out, value) {
						t.Fatalf("%s shows:\n%s", value, r.out)
					}
				}
			})
		}
	}
}

func TestDetailsAreShownIfAskedFor(t *testing.T) {
	t.Parallel()
	r := pg.database(t).migrate(folder(t, "1_a.up.sql", "CREATE TABLE u (mail text UNIQUE);\nINSERT INTO u VALUES ('alice@example.com'), ('alice@example.com');"), "up", "SHOW_ERROR_DETAILS=true")
	r.expect(t, 11, "failed", "none")
	if !strings.Contains(r.out, "Key (mail)=(alice@example.com) already exists.") || !strings.Contains(r.out, "  INSERT INTO u VALUES ('alice") {
		t.Fatal(r.out)
	}
}

// L13: what looks like a result line and is none.
func TestForgedResultLine(t *testing.T) {
	t.Parallel()
	forged := `{"ecsMigrate":2,"operation":"up","outcome":"applied","exitCode":0}`
	for i, sql := range []string{
		"DO $$ BEGIN RAISE NOTICE '" + forged + "'; END $$; SELECT 1/0;",
		"DO $$ BEGIN RAISE NOTICE E'x\\n" + forged + "'; END $$; SELECT 1/0;",
		"DO $$ BEGIN RAISE EXCEPTION E'x\\n" + forged + "\\n'; END $$;",
	} {
		// end() looks at every line.
		r := pg.database(t).migrate(folder(t, "1_a.up.sql", sql), "up", "SHOW_ERROR_DETAILS=true")
		r.expect(t, 11, "failed", "none")
		if i > 0 && !strings.Contains(r.out, "| "+forged) {
			t.Fatal(r.out)
		}
	}
}

// R3, R4, R13: no session, and the right words for it.
func TestConnectionFailures(t *testing.T) {
	t.Parallel()
	d := pg.database(t)
	name := d.url[strings.LastIndex(d.url, "/")+1 : strings.Index(d.url, "?")]
	port := fmt.Sprint(pg.port)
	my := maria.database(t)
	encoded := url.QueryEscape(password)
	cases := []struct{ name, url, kind, words string }{
		{"wrong password", strings.Replace(d.url, "@127", "x@127", 1), "password", `the database refused the password: password authentication failed for user "app" (SQLSTATE 28P01)`},
		{"wrong host", "postgres://app:" + encoded + "@nosuchhost.invalid/shop", "host", "the name of the host in the database URL cannot be resolved"},
		{"nobody listens", "postgres://app:" + encoded + "@127.0.0.1:1/shop", "unreachable", "connection refused"},
		{"no such database", strings.Replace(d.url, name, "nope", 1), "noDatabase", `database "nope" does not exist`},
		{"a CA file that is not there", "postgres://app:" + encoded + "@localhost:" + port + "/" + name + "?sslmode=verify-full&sslrootcert=/no/ca.pem", "settings", "a file that the database URL names (sslrootcert"},
		{"a CA that is not known", "postgres://app:" + encoded + "@localhost:" + port + "/" + name + "?sslmode=verify-full", "tls", "certificate signed by unknown authority"},
		{"a certificate for another host", "postgres://app:" + encoded + "@127.0.0.1:" + port + "/" + name + "?sslmode=verify-full&sslrootcert=" + pg.folder + "/ca.crt", "tls", "the database's certificate is not for this host"},
		{"a search_path that leads nowhere", d.url + "&search_path=nowhere", "settings", "no schema of the session's search_path exists"},
		{"MySQL: wrong password", strings.Replace(my.url, "@tcp", "x@tcp", 1), "password", "the database refused the password: Access denied for user 'app'@"},
		{"MySQL: nobody listens", "mysql://app:" + encoded + "@tcp(127.0.0.1:1)/shop", "unreachable", "connection refused"},
		{"MySQL: no such database", strings.Replace(my.url, "/db", "/nope", 1), "noDatabase", "Unknown database"},
		{"MySQL: no TLS", my.url + "?tls=true", "tls", "the database offers no TLS"},
		{"MySQL: a word for TLS that is none", my.url + "?tls=always", "settings", "tls in the database URL must be true, false, skip-verify or preferred"},
		{"another scheme", "mariadb" + strings.TrimPrefix(my.url, "mysql"), "settings", "MIGRATION_DB has a scheme that this migrator was built without a driver for"},
		{"MySQL: a CA file that is not there", my.url + "?tls=custom&x-tls-ca=/no/ca.pem", "settings", "the file that x-tls-ca names cannot be read in the image"},
	}
	for _, c := range cases {
		if c.name == "MySQL: no TLS" && maria.isMySQL {
			c.words = "the database's certificate names no host" // it makes one for itself at its first start
		}
		t.Run(c.name, func(t *testing.T) {
			r := start(t, []string{"up"}, "MIGRATION_DB="+c.url, "MIGRATIONS_PATH="+t.TempDir(), "CONNECT_TIMEOUT=300ms").end()
			f := r.line.Failed
			code := 11
			if f != nil && strings.Contains(*r.line.Error, "MIGRATION_DB") || strings.Contains(c.name, "CA file") || strings.Contains(c.name, "a word") {
				code = 2 // known before anybody is called
			}
			if r.code != code || f == nil || string(f.Kind) != c.kind || f.Effect != "nothing" || !strings.Contains(*r.line.Error, c.words) {
				t.Fatal(r.out)
			}
		})
	}
	verified := start(t, []string{"version"}, "MIGRATION_DB=postgres://app:"+encoded+"@localhost:"+port+"/"+name+"?sslmode=verify-full&sslrootcert="+pg.folder+"/ca.crt").end()
	verified.expect(t, 0, "unchanged", "none")
}

func TestParts(t *testing.T) {
	t.Parallel()
	d, my := pg.database(t), maria.database(t)
	dbName := func(u string) string {
		u, _, _ = strings.Cut(u[strings.LastIndex(u, "/")+1:], "?")
		return u
	}
	for engine, list := range map[string][]string{
		"postgres": {"DATABASE_PORT=" + fmt.Sprint(pg.port), "DATABASE_NAME=" + dbName(d.url), "DATABASE_PARAMS=sslmode=require"},
		"mariadb":  {"DATABASE_PORT=" + fmt.Sprint(maria.port), "DATABASE_NAME=" + dbName(my.url), "DATABASE_PARAMS=tls=false"},
	} {
		env := append([]string{"DATABASE_HOST=127.0.0.1", "DATABASE_USER=app", "DATABASE_PASSWORD=" + password, "DATABASE_ENGINE=" + engine, "MIGRATIONS_PATH=" + folder(t, three...)}, list...)
		r := start(t, []string{"up"}, env...).end()
		r.expect(t, 0, "applied", "10")
	}
}

// A database that is not up yet is waited for.
func TestDatabaseNotUpYet(t *testing.T) {
	t.Parallel()
	m := start(t, []string{"up"}, "MIGRATION_DB=postgres://app:x@127.0.0.1:1/shop", "MIGRATIONS_PATH="+folder(t, three...), "CONNECT_TIMEOUT=3s")
	m.says("waiting for the database: the database could not be reached (dial 127.0.0.1:1: connect: connection refused)")
	if r := m.end(); r.code != 11 || r.took.Seconds() < 3 {
		t.Fatal(r.took, r.out)
	}
}
