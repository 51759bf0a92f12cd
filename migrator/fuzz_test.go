package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"regexp"
	"strings"
	"testing"
)

// otherAddress is one that a test must not call: nothing but this machine is.
var otherAddress = regexp.MustCompile(`\d+\.\d+|::|0x`)

// FuzzURL gives URLs of every driver with a password in them, well-formed or not, and looks for any four bytes of it in all
// that is printed. Each byte of the password is one that no message of ours has: a run of them cannot be there by chance.
func FuzzURL(f *testing.F) {
	// No name is resolved anywhere, so that every URL meets the words about hosts.
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("there is no network")
	}}
	for _, shape := range []string{
		"postgres://u:@@127.0.0.1:1/db", "postgres://u:@#rest@127.0.0.1:1/db", "pgx5://u:pw@@/db", "mysql://u:@@tcp(127.0.0.1:1)/db",
		"mysql://weird:@/x@tcp(h:1)", "postgres://@@127.0.0.1:1/db", "postgres://127.0.0.1:1/db?password=@", "postgres://u:@", "postgres:@",
		"postgres://u:x@@:y/db", "mysql://@", "mysql://u:@%zz@tcp(127.0.0.1:1)/db", "sqlserver://u:@@127.0.0.1:1?database=d", "cockroachdb://u:@@127.0.0.1:1/d",
		"postgres://u:@@127.0.0.1:1/db?sslmode=@", "postgres://u:@@127.0.0.1:1/db?sslrootcert=/@", "mysql://u:@@tcp(127.0.0.1:1)/db?tls=@", "@", "{\"password\":\"@\"}",
		// A piece of the password stands where a host, a port, a path or a scheme would.
		"postgres://u:pa@@/word@host/db", "postgres://u:pa@@/word", "postgres://u:pa@@", "postgres://@/db", "postgres://h,@/db", "postgres://u:pa@h/db?host=@", "postgres://u:pa@h/db?host=/@",
		"postgres://h/db?port=@", "postgres://h/db?sslmode=verify-ca&sslrootcert=@", "postgres://h/db?service=@", "postgres://h/db?passfile=@", "postgres://h/db?connect_timeout=@",
		"mysql://u:pa@tcp(@)/word", "mysql://u:pa@unix(@)/word", "mysql://u@tcp(127.0.0.1:1)/@", "mysql://h/db?tls=custom&x-tls-ca=@", "mysql://h/db?charset=@", "mysql://h/db?collation=@",
		"mysql://h/db?timeout=@", "mysql://h/db?x-no-lock=@", "postgres://h/db?x-statement-timeout=@", "@://h/db", "@:p@h/db", "postgres://h/db?x-migrations-table=@&x-migrations-table-quoted=1",
	} {
		for _, between := range []string{"", "/", "#", "?", "%", "@", ":", " ", "\n", "[", "\\", "%40", "(", ")", ",", "&", "="} {
			f.Add(shape, between)
		}
	}
	f.Fuzz(func(t *testing.T, shape, between string) {
		parts := []string{"Qz7Jx9Kv", "Wq4Zj8Xk"}
		if !strings.Contains(shape, "@") || len(shape) > 200 || len(between) > 20 {
			return
		}
		url := strings.Replace(shape, "@", parts[0]+between+parts[1], 1)
		if otherAddress.MatchString(strings.ReplaceAll(url, "127.0.0.1", "")) {
			return
		}
		var printed bytes.Buffer
		start([]string{"version"}, func(name string) string {
			return map[string]string{"MIGRATION_DB": url, "CONNECT_TIMEOUT": "0"}[name]
		}, &printed)
		text := strings.ToLower(printed.String())
		for _, part := range parts {
			for i := 0; i+4 <= len(part); i++ {
				if piece := strings.ToLower(part[i : i+4]); strings.Contains(text, piece) {
					t.Fatalf("%q of %q shows:\n%s", piece, url, printed.String())
				}
			}
		}
	})
}
