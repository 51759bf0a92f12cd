// Package reach gets a driver to its database: the network, TLS, what AWS gives a task for it, and words for what fails.
package reach

import (
	"cmp"
	"context"
	"crypto/x509"
	_ "embed"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
)

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
