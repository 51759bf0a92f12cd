package e2e

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// How a user of MySQL proves who it is, with TLS and without. The server makes its certificate at its first start, and it
// names no host; Debian's MariaDB 10.11 has none.
func TestAccounts(t *testing.T) {
	t.Parallel()
	d := maria.database(t)
	name := d.url[strings.LastIndex(d.url, "/")+1:]
	plugin := "IDENTIFIED BY"
	if maria.isMySQL {
		plugin = "IDENTIFIED WITH caching_sha2_password BY"
	}
	for user, words := range map[string]string{"sha": plugin + " 'sha'", "shatls": plugin + " 'shatls'", "needy": plugin + " 'needy' REQUIRE SSL"} {
		d.exec("DROP USER IF EXISTS " + user + "; CREATE USER " + user + " " + words + "; GRANT ALL ON " + name + ".* TO " + user)
	}
	ca := filepath.Join(maria.folder, "data", "ca.pem")
	type account struct{ what, user, password, params, mysql, mariadb string }
	for _, c := range []account{
		{"the first login, by the server's public key", "sha", "sha", "", "", ""},
		{"the second login, from the server's cache", "sha", "sha", "", "", ""},
		{"a wrong password", "sha", "other", "", "password: the database refused the password", "password: the database refused the password"},
		{"the first login over TLS", "shatls", "shatls", "?tls=skip-verify", "", "tls: the database offers no TLS"},
		{"TLS if the server has it", "needy", "needy", "?tls=preferred", "", "password: the database refused the password"},
		{"REQUIRE SSL without TLS", "needy", "needy", "", "password: the database refused the password", "password: the database refused the password"},
		{"REQUIRE SSL", "needy", "needy", "?tls=skip-verify", "", "tls: the database offers no TLS"},
		{"an authority that is not known", "needy", "needy", "?tls=true", "tls: the database's certificate", "tls: the database offers no TLS"},
		{"verified, by a certificate without the host's name", "needy", "needy", "?tls=custom&x-tls-ca=" + ca, "tls: the database's certificate names no host", ""},
		{"the authority alone", "needy", "needy", "?tls=custom&x-tls-insecure-skip-verify=true&x-tls-ca=" + ca, "", ""},
	} {
		want := c.mariadb
		if maria.isMySQL {
			want = c.mysql
		} else if strings.Contains(c.params, ca) {
			continue // it has made no certificate
		}
		t.Run(c.what, func(t *testing.T) {
			at := fmt.Sprintf("mysql://%s:%s@tcp(127.0.0.1:%d)/%s%s", c.user, c.password, maria.port, name, c.params)
			r := start(t, []string{"version"}, "MIGRATION_DB="+at, "MIGRATIONS_PATH="+t.TempDir(), "CONNECT_TIMEOUT=300ms").end()
			if want == "" {
				r.expect(t, 0, "unchanged", "none")
				return
			}
			if f := r.line.Failed; f == nil || !strings.HasPrefix(string(f.Kind)+": "+*r.line.Error, want) {
				t.Fatal(want, r.out)
			}
		})
	}
}
