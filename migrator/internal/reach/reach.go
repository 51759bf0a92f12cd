// Package reach gets a driver to its database: the network, TLS, what AWS gives a task for it, and words for what fails.
package reach

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql/driver"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"

	"ecs-migrate/migrator/internal/config"
	"ecs-migrate/migrator/internal/database"
)

// Dialer keeps a connection alive through a long statement: a NAT gateway drops it after 350 s of silence.
func Dialer(timeout time.Duration) *net.Dialer {
	return &net.Dialer{Timeout: timeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 30 * time.Second, Count: 6}}
}

// Password is the database's password, or a new IAM token, which is hidden from now on.
func Password(ctx context.Context, d config.Database, hide func(...string)) (string, error) {
	if !d.IAM {
		return d.Password, nil
	}
	token, err := Token(ctx, d.Host, d.Port, d.User)
	if err != nil {
		return "", &database.Failure{Kind: database.Credentials, Message: err.Error()}
	}
	hide(token)
	return token, nil
}

// refusal is why a server takes no session; the words come before the server's own.
type refusal struct {
	kind  database.Kind
	again bool
	words string
}

var (
	wrongPassword = refusal{database.Password, false, "the database refused the password: "}
	noDatabase    = refusal{kind: database.NoDatabase}
	setting       = refusal{database.Settings, false, "the database refuses a parameter of the URL: "}
	notNow        = refusal{database.Unreachable, true, "the database takes no connections at the moment: "}
	// refusals go by SQLSTATE or MySQL's number.
	refusals = map[string]refusal{
		"28P01": wrongPassword, "1045": wrongPassword, "1698": wrongPassword,
		"42704": setting, "22023": setting, "1231": setting, "1193": setting, "1115": setting,
		"3D000": noDatabase, "1049": noDatabase,
		"57P03": notNow, "53300": notNow, "57P01": notNow, "1040": notNow, "1203": notNow, "1226": notNow, "1053": notNow, "3032": notNow,
		"3159": {database.TLS, false, "the database takes no connection without TLS, so set tls=true: "},
	}
)

// Refused says why the server itself takes no session.
func Refused(code, message string) *database.Failure {
	r, known := refusals[code]
	if !known {
		r.kind = database.Login
		if strings.Contains(message, "authentication failed") {
			r = wrongPassword
		}
	}
	return &database.Failure{Kind: r.kind, Again: r.again, Code: database.Code(code), Message: r.words + message}
}

// advice is what to set in the URL if the server's certificate is for another host, or signed by an unknown authority.
var advice = map[string][2]string{
	"postgres": {", or set sslmode=verify-ca", "name its file in sslrootcert, or set sslmode=require"},
	"mysql":    {"", "name its file with tls=custom&x-tls-ca=/path"},
}

// Explain says why no session began, if the server itself did not say it. The words hold nothing of the URL: a piece of a
// password that is not encoded may stand where a host does.
func Explain(err error, d config.Database) *database.Failure {
	var dns *net.DNSError
	var unknownCA x509.UnknownAuthorityError
	var wrongName x509.HostnameError
	var invalid *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	f := &database.Failure{Kind: database.TLS}
	switch text := leaf(err).Error(); {
	case errors.As(err, &dns):
		f.Kind, f.Again = database.Host, true
		f.Message = "the name of the host in the database URL cannot be resolved (no such host); the host is what stands behind the last @, if user and password are percent-encoded"
		if d.Parts || d.IsRDS() {
			f.Message = fmt.Sprintf("the name of the database's host, %s, cannot be resolved (no such host)", d.Host)
		}
	case errors.As(err, &wrongName) && len(wrongName.Certificate.DNSNames)+len(wrongName.Certificate.IPAddresses) == 0:
		// Such are the certificates that MySQL 8 makes for itself.
		f.Message = "the database's certificate names no host, so that no connection can verify it: give the server one that does, or name another way of TLS in the URL (tls=skip-verify of MySQL, sslmode=require of PostgreSQL)"
	case errors.As(err, &wrongName):
		f.Message = "the database's certificate is not for this host: connect by the name in it" + advice[d.Engine][0]
	case errors.As(err, &unknownCA):
		f.Message = "the database's certificate is signed by an authority that is not known (x509: certificate signed by unknown authority): " + advice[d.Engine][1]
	case errors.As(err, &invalid), strings.HasPrefix(text, "x509: "):
		f.Message = "the database's certificate is not valid (" + text + ")"
	case errors.As(err, &record), strings.Contains(text, "tls: "):
		f.Message = "TLS negotiation with the database failed (" + text + ")"
	default:
		f.Kind, f.Again = database.Unreachable, true
		f.Message = "the database could not be reached (" + network(err) + ")"
	}
	return f
}

// leaf is the innermost reason, the last one if several hosts were tried.
func leaf(err error) error {
	for {
		var inner error
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			if list := e.Unwrap(); len(list) > 0 {
				inner = list[len(list)-1]
			}
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}

// network is the reason with the address that was called, which is a number.
func network(err error) string {
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &op) && strings.HasPrefix(op.Net, "tcp") && op.Addr != nil:
		return fmt.Sprintf("%s %s: %v", op.Op, op.Addr, op.Err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "i/o timeout"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn):
		return "the server closed the connection: " + leaf(err).Error()
	case op != nil && op.Net == "unix":
		return "no server listens at the socket"
	}
	return "no further reason"
}

// Made by scripts/rdsBundle.sh.
//
//go:embed rds.pem
var rdsBundle []byte

// Roots are RDS's certificates beside those of the image, if it has any.
func Roots() *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	pool.AppendCertsFromPEM(rdsBundle)
	return pool
}

// Token makes an RDS IAM token under the task's role. It serves as the password for fifteen minutes.
func Token(ctx context.Context, host, port, user string) (string, error) {
	region := cmp.Or(os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if region == "" {
		return "", fmt.Errorf("no IAM token can be made: AWS_REGION is not set")
	}
	provider, err := taskRole()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	token, err := auth.BuildAuthToken(ctx, net.JoinHostPort(host, port), region, user, provider)
	if err != nil {
		return "", fmt.Errorf("no IAM token can be made: the task's role gives no credentials")
	}
	return token, nil
}

// ecsEndpoint is where ECS serves the task role's credentials ("Task IAM role" in the Amazon ECS developer guide).
const ecsEndpoint = "http://169.254.170.2"

func taskRole() (aws.CredentialsProvider, error) {
	if path := os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); path != "" {
		return endpointcreds.New(ecsEndpoint + path), nil
	}
	if full := os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"); full != "" {
		return endpointcreds.New(full, func(o *endpointcreds.Options) {
			o.AuthorizationToken = os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
		}), nil
	}
	if id := os.Getenv("AWS_ACCESS_KEY_ID"); id != "" {
		return credentials.NewStaticCredentialsProvider(id, os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN")), nil
	}
	return nil, fmt.Errorf("no IAM token can be made: the task has no role (set taskRoleArn on its definition)")
}
