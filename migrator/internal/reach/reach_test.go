package reach

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
)

func TestExplain(t *testing.T) {
	const hidden = "the name of the host in the database URL cannot be resolved (no such host); the host is what stands behind the last @, if user and password are percent-encoded"
	noName := &net.DNSError{Err: "no such host", Name: "ss", IsNotFound: true}
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 1, 7), Port: 5432}, Err: syscall.ECONNREFUSED}
	url, rds := config.Database{Engine: "postgres", Host: "ss"}, config.Database{Engine: "postgres", Host: "x.abc.eu-west-1.rds.amazonaws.com"}
	cases := []struct {
		name  string
		at    config.Database
		err   error
		kind  database.Kind
		words string
	}{
		// R3: postgres://u:pa@ss/word
		{"a piece of a password as the host", url, fmt.Errorf("ss:5432: %w", &net.OpError{Op: "dial", Net: "tcp", Err: noName}), database.Host, hidden},
		{"several hosts", url, errors.Join(errors.New("ss: failed"), noName), database.Host, hidden},
		{"a host by its variable", config.Database{Parts: true, Host: "ss"}, noName, database.Host, "the name of the database's host, ss, cannot be resolved (no such host)"},
		{"RDS's own name", rds, noName, database.Host, "the name of the database's host, x.abc.eu-west-1.rds.amazonaws.com, cannot be resolved (no such host)"},
		{"an address", url, fmt.Errorf("ss: %w", refused), database.Unreachable, "the database could not be reached (dial 10.0.1.7:5432: connection refused)"},
		{"a text for an address", url, &net.OpError{Op: "dial", Err: &net.AddrError{Err: "too many colons", Addr: "ss:x:y"}}, database.Unreachable, "the database could not be reached (no further reason)"},
		{"a time limit", url, fmt.Errorf("ss: %w", context.DeadlineExceeded), database.Unreachable, "the database could not be reached (i/o timeout)"},
		{"an end of the connection", url, fmt.Errorf("ss: %w", io.ErrUnexpectedEOF), database.Unreachable, "the database could not be reached (the server closed the connection: unexpected EOF)"},
		{"a socket", url, &net.OpError{Op: "dial", Net: "unix", Addr: &net.UnixAddr{Name: "/ss"}, Err: syscall.ENOENT}, database.Unreachable, "the database could not be reached (no server listens at the socket)"},
		{"another name in the certificate", url, x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"db"}}, Host: "ss"}, database.TLS,
			"the database's certificate is not for this host: connect by the name in it, or set sslmode=verify-ca"},
	}
	for _, c := range cases {
		if f := Explain(c.err, c.at); f.Kind != c.kind || f.Message != c.words {
			t.Errorf("%s: %s, %s", c.name, f.Kind, f.Message)
		}
	}
}
