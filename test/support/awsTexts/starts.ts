/** The stopped reasons of tasks that did not start. */
import {
  AGENT,
  type AwsText,
  issue,
  page,
  REPORT,
  REPOST,
  rows,
  SSM_AGENT,
  SSM_PARAMETER,
} from "./source.ts";

export const START_TEXTS: readonly AwsText[] = [
  // failed-to-start-error
  ...rows(
    "networkInterface",
    page("failed-to-start-error"),
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0a1b2c3d",
    "Unable to attach network interface to unused device index",
  ),
  ...rows(
    "networkInterface",
    REPORT,
    "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-0a1b2c3d': InsufficientFreeAddressesInSubnet",
    "Unexpected EC2 error while attempting to attach network interface to instance",
    "ResourceInitializationError: failed to configure ENI: failed to setup regular eni: netplugin failed with no error message",
  ),
  ...rows(
    "networkInterface",
    issue("aws/amazon-ecs-agent#4825"),
    "Timeout waiting for network interface provisioning to complete.",
  ),
  ...rows("runtime", page("failed-to-start-error"), "InternalError: <reason>"),
  ...rows(
    "placement",
    page("failed-to-start-error"),
    "The selected task definition is not compatible with the selected compute strategy",
  ),

  // resource-initialization-error and resource-not-found-error
  ...rows(
    "network",
    page("resource-initialization-error"),
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration.",
    "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration. RequestCanceled: request context canceled caused by: context deadline exceeded",
    "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration. : signal: killed",
  ),
  ...rows(
    "network",
    REPORT,
    'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp 3.122.128.19:443: i/o timeout',
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task network configuration.",
  ),
  ...rows(
    "network",
    REPOST,
    "ResourceInitializationError: unable to pull secrets or registry auth: pull command failed: : signal: killed",
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 52.94.1.2:443: i/o timeout. Please check your task network configuration.',
  ),
  ...rows(
    "startup",
    REPOST,
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried.",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s)",
  ),
  ...rows(
    "secret",
    page("resource-not-found-error"),
    "The task can't retrieve the secret with ARN 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop' from AWS Secrets Manager. Check whether the secret exists in the specified Region.",
    "Fetching secret data from AWS Secrets Manager in region eu-west-1: secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
  ),
  ...rows(
    "secret",
    SSM_AGENT,
    "Fetching secret data from SSM Parameter Store in us-west-2: invalid parameters: /my-parameter-name",
  ),
  ...rows(
    "secret",
    REPORT,
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /shop/stage/migration",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key MY_SECRET",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:shop-app-secrets-i464n3 from secrets manager: operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: 047440d4-e3fb-4209-af2d-d60c94cd45f0, ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  ),
  ...rows(
    "denied",
    issue("GiamPy5/terraform-aws-directus#10"),
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-central-1:123456789012:secret:algo-dev-directus-secret20240626183203358800000004-EaPYTy from secrets manager: AccessDeniedException: Access to KMS is not allowed status code: 400, request id: a87a66d9-f839-4353-b8c2-9984b1465695",
  ),
  ...rows(
    "denied",
    REPORT,
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): operation error SSM: GetParameters, https response error StatusCode: 400, RequestID: 1, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/shop-stage-execution/1 is not authorized to perform: ssm:GetParameters on resource: " +
      `${SSM_PARAMETER} because no identity-based policy allows the ssm:GetParameters action`,
    "Fetching secret data from SSM Parameter Store in us-west-2: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/PLM-ECS-PLMECSTaskExecutionRole/59f3473f332042e5840e824b1f8fdbec is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:us-west-2:123456789012:parameter/plm",
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/ecsTaskExecutionRole/d7795e52a4434edf80f4923f3b836d9f is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-2:123456789012:log-group:/ecs/kh-td-poc-ccure-alert-notifier:log-stream: because no identity-based policy allows the logs:CreateLogGroup action status code: 400, request id: 8d35f57a-a92f-4784-9922-ebb27",
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 400, api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/unified-trading-role-prod/1 is not authorized to perform: logs:CreateLogStream on resource: arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/batch/consolidator:log-stream:x because no identity-based policy allows the logs:CreateLogStream action",
  ),
  ...rows(
    "logging",
    REPORT,
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
    "ResourceInitializationError: failed to validate logger args: unable to get awslogs driver arguments: awslogs-region is required",
  ),
  ...rows(
    "logging",
    issue("prakhar1989/docker-curriculum#260"),
    "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
  ),
  ...rows("logging", page("resource-initialization-error"), "failed to initialize logging driver"),
  ...rows(
    "volume",
    issue("docker-archive/compose-cli#1490"),
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection reset by peer : unsuccessful EFS utils command execution; code: 32",
  ),
  ...rows("volume", page("cannot-create-volume"), "CannotCreateVolumeError"),

  // task_cannot_pull_image
  ...rows(
    "image",
    page("task_cannot_pull_image"),
    "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref",
    "CannotPullContainerError: API error (404): repository 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop/app not found",
    "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code",
    "CannotPullContainerError: error pulling image configuration",
  ),
  ...rows(
    "image",
    AGENT,
    "CannotPullContainerError: The task can’t pull the image. Check whether the image exists. Error response from daemon: pull access denied for some/nonsense, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
  ),
  ...rows(
    "denied",
    AGENT,
    "CannotPullContainerError: The task can’t pull the image. Check that the role has the permissions to pull images from the registry. Error response from daemon: pull access denied for 123456789012.dkr.ecr.us-east-1.amazonaws.com/my_image, repository does not exist or may require 'docker login': denied: User: arn:aws:sts::123456789012:assumed-role/MyBrokenRole/xyz is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:123456789012:repository/test_image because no identity-based policy allows the ecr:BatchGetImage action",
  ),
  ...rows(
    "network",
    AGENT,
    'CannotPullContainerError: The task can’t pull the image. Check your network configuration. RequestError: send request failed\ncaused by: Post "https://api.ecr.us-east-1.amazonaws.com/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  ),
  ...rows(
    "network",
    page("task_cannot_pull_image"),
    "CannotPullContainerError: The task cannot pull 'shop' from the Amazon ECR repository '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop'. There is a connection issue between the task and Amazon ECR. Check your task network configuration.",
    "CannotPullContainerError: API error (500): Get https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection",
    "CannotPullContainerError: Context canceled",
    "CannotPullContainerError: pull command failed: panic: runtime error: invalid memory address or nil pointer dereference",
  ),
  ...rows(
    "network",
    REPORT,
    'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/tryretool/backend:2.110.5: failed to do request: Head "https://registry-1.docker.io/v2/tryretool/backend/manifests/2.110.5": dial tcp 34.205.13.154:443: i/o timeout',
  ),
  ...rows(
    "disk",
    page("task_cannot_pull_image"),
    "CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device",
  ),
  ...rows(
    "disk",
    "Amazon ECS Developer Guide (2023), CannotCreateContainerError",
    "CannotCreateContainerError: API error (500): devmapper: Thin Pool has 4350 free data blocks which is less than minimum required 4454 free data blocks. Create more free space in thin pool or use dm.min_free_space option to change behavior ",
  ),
  ...rows("disk", REPORT, "Timeout waiting for EphemeralStorage provisioning to complete."),
  ...rows(
    "rateLimit",
    page("task_cannot_pull_image"),
    "CannotPullContainerError: ERROR: toomanyrequests: Too Many Requests.",
    "CannotPullContainerError: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits.",
  ),
  ...rows(
    "platform",
    REPORT,
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/arm64 v8'",
    "CannotPullContainerError: no matching manifest for linux/amd64 in the manifest list entries",
  ),

  // cannot-start-container, container-runtime-error, container-runtime-timeout-error, cannot-inspect-container
  ...rows(
    "entrypoint",
    REPORT,
    'CannotStartContainerError: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/usr/local/env-execute": stat /usr/local/env-execute: no such file or directory: unknown',
    'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/app/migrator": permission denied: unknown',
  ),
  ...rows(
    "entrypoint",
    issue("aws/amazon-ecs-agent#2954"),
    'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: OCI runtime create failed: container_linux.go:370: starting container process caused: exec: "/opt/sonarqube/bin/run.sh": stat /opt/sonarqube/bin/run.sh...no such file or direct...',
  ),
  ...rows(
    "entrypoint",
    issue("jenkinsci/amazon-ecs-plugin#258"),
    'CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim: OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "-url": executable file not found in',
  ),
  ...rows(
    "entrypoint",
    page("task-definition device mapping"),
    'CannotStartContainerError: Error response from daemon: error gathering device information while adding custom device "/dev/dri/renderD130": no such file or directory',
  ),
  ...rows(
    "runtime",
    page("cannot-start-container"),
    "CannotStartContainerError: failed to get container status: 1",
  ),
  ...rows("runtime", page("container-runtime-error"), "ContainerRuntimeError"),
  ...rows(
    "runtime",
    page("container-runtime-timeout-error"),
    "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m",
    "Docker timeout error",
  ),
  ...rows("runtime", page("cannot-inspect-container"), "CannotInspectContainerError"),
];
