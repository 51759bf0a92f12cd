package reach

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBundle(t *testing.T) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(rdsBundle) || strings.Count(string(rdsBundle), "BEGIN CERTIFICATE") < 100 {
		t.Fatal("the bundle does not read")
	}
}

// The token is made of the task role's credentials, which ECS serves at an address of the task.
func TestToken(t *testing.T) {
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"AccessKeyId":"AKIDTASK","SecretAccessKey":"s","Token":"session","Expiration":"2126-01-01T00:00:00Z"}`))
	}))
	defer served.Close()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", served.URL+"/creds")
	t.Setenv("AWS_REGION", "eu-west-1")
	token, err := Token(context.Background(), "db.abc.eu-west-1.rds.amazonaws.com", "5432", "app")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"db.abc.eu-west-1.rds.amazonaws.com:5432?", "Action=connect", "DBUser=app", "X-Amz-Expires=900", "AKIDTASK", "eu-west-1%2Frds-db%2Faws4_request", "X-Amz-Security-Token=session"} {
		if !strings.Contains(token, part) {
			t.Errorf("%s is not in the token", part)
		}
	}
}

func TestNoToken(t *testing.T) {
	for _, name := range []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_DEFAULT_REGION"} {
		t.Setenv(name, "")
	}
	if _, err := Token(context.Background(), "h", "5432", "app"); err == nil || err.Error() != "no IAM token can be made: AWS_REGION is not set" {
		t.Fatal(err)
	}
	t.Setenv("AWS_REGION", "eu-west-1")
	if _, err := Token(context.Background(), "h", "5432", "app"); err == nil || !strings.Contains(err.Error(), "the task has no role") {
		t.Fatal(err)
	}
}
