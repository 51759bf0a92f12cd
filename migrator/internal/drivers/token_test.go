package drivers

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/mask"
)

// A token is valid for fifteen minutes and a migration runs for hours: whatever connects, later or beside the session, makes one
// of its own, of the credentials that the task's role has then.
func TestEachConnectionMakesItsOwnToken(t *testing.T) {
	made := 0
	role := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		made++
		fmt.Fprintf(w, `{"AccessKeyId":"AKID%d","SecretAccessKey":"s","Token":"t","Expiration":"2126-01-01T00:00:00Z"}`, made)
	}))
	defer role.Close()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", role.URL)
	t.Setenv("AWS_REGION", "eu-west-1")
	for _, c := range []struct {
		engine, tls string
		login       func(net.Conn) string
	}{{"postgres", "sslmode", postgresLogin}, {"mysql", "tls", mysqlLogin}} {
		t.Run(c.engine, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = listener.Close() }()
			tokens := make(chan string, 100)
			go func() {
				for {
					conn, err := listener.Accept()
					if err != nil {
						return
					}
					tokens <- c.login(conn)
					_ = conn.Close()
				}
			}()
			at := config.Database{Engine: c.engine, Parts: true, IAM: true, Host: "127.0.0.1", Port: fmt.Sprint(listener.Addr().(*net.TCPAddr).Port), Name: "shop", User: "app", Table: "t",
				Params: url.Values{c.tls: {map[string]string{"postgres": "disable", "mysql": "false"}[c.engine]}}}
			engine, err := Open(config.Config{Database: at}, mask.NewPrinter(io.Discard))
			if err != nil {
				t.Fatal(err)
			}
			used := []string{}
			for range 3 {
				if engine.Connect(context.Background()) == nil {
					t.Fatal("a server that ends each session took one")
				}
				used = append(used, <-tokens) // the server's word may come before it has told the token
			}
			if slices.Contains(used, "") || len(slices.Compact(slices.Sorted(slices.Values(used)))) != len(used) {
				t.Fatal(used)
			}
		})
	}
}

var credential = regexp.MustCompile(`X-Amz-Credential=(AKID\d+)%2F`)

func credentialIn(text string) string {
	if m := credential.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// postgresLogin is a server up to the password ("Message Flow" in the PostgreSQL documentation), and says whose it was.
func postgresLogin(conn net.Conn) string {
	backend := pgproto3.NewBackend(conn, conn)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return err.Error()
	}
	backend.Send(&pgproto3.AuthenticationCleartextPassword{})
	_ = backend.SetAuthType(pgproto3.AuthTypeCleartextPassword)
	_ = backend.Flush()
	message, err := backend.Receive()
	if err != nil {
		return err.Error()
	}
	password, ok := message.(*pgproto3.PasswordMessage)
	if !ok {
		return fmt.Sprintf("%T", message)
	}
	backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "28000", Message: "PAM authentication failed for user \"app\""})
	_ = backend.Flush()
	return credentialIn(password.Password)
}

// mysqlLogin sends the handshake of a server that asks for the password as clear text (Protocol::HandshakeV10 in MySQL's own
// documentation of its source).
func mysqlLogin(conn net.Conn) string {
	hello := "\x0a8.0.33\x00" + "\x01\x00\x00\x00" + "12345678\x00" + "\xff\xf7" + "\x2d" + "\x02\x00" + "\xff\xdf" + "\x15" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
		"123456789012\x00" + "mysql_clear_password\x00"
	if _, err := io.WriteString(conn, string([]byte{byte(len(hello)), 0, 0, 0})+hello); err != nil {
		return err.Error()
	}
	head := make([]byte, 4)
	if _, err := io.ReadFull(conn, head); err != nil {
		return err.Error()
	}
	answer := make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err.Error()
	}
	return credentialIn(string(answer))
}
