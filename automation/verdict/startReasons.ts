/**
 * Why a task that ECS accepted did not start.
 *
 * Source: "Amazon ECS stopped tasks error messages" and the pages below it, and "Amazon ECS API failure reasons", all of
 * the Amazon ECS Developer Guide. test/support/awsTexts.ts has the whole texts, each with its page.
 */
import { MIGRATOR_PATH } from "../contract/container.ts";
import { about, NO_CONNECTION, notDenied, type Reason } from "./reason.ts";

export const START_REASONS = {
  image: {
    pattern: about(
      "CannotPull\\w*(?![\\s\\S]*(?:command failed: panic|toomanyrequests|pull rate limit|no space left|matching platform|no matching manifest))|Check whether the image exists|pull access denied",
    ),
    short: "image",
    sentence: "The image could not be pulled.",
    fix: ({ image }) =>
      `Check that ${image ?? "the image"} is in its repository and is pinned by its digest.`,
    next: "doctorAgain",
    example:
      "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:4f1c: not found",
  },
  platform: {
    pattern: about("matching platform|no matching manifest"),
    short: "CPU architecture",
    sentence: "The image was built for another CPU architecture than the task has.",
    fix: "Set ecs-migrate:cpuArchitecture to the architecture that the image is built for, then deploy.",
    next: "deploy",
    example:
      "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
  },
  rateLimit: {
    pattern: about("toomanyrequests|pull rate limit"),
    short: "registry's rate limit",
    sentence: "The image's registry allows no more pulls at the moment.",
    fix: "Wait, or use a base image from a registry without that limit, such as public.ecr.aws.",
    next: "again",
    example:
      "CannotPullContainerError: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
  },
  network: {
    pattern: notDenied(`(?:${NO_CONNECTION})|pull command failed: panic|API error \\(\\d+\\): Get `),
    short: "network",
    sentence: "The task could not reach AWS through its subnets.",
    fix: "Give the subnets a route to AWS: a NAT gateway, a public address, or VPC endpoints for ecr.api, ecr.dkr, s3, logs, ssm and secretsmanager. Let the task's security group out on port 443.",
    next: "doctorAgain",
    example:
      'ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration. operation error ECR: GetAuthorizationToken, exceeded maximum number of attempts, 3, https response error StatusCode: 0, RequestID: , request send failed, Post "https://api.ecr.eu-central-1.amazonaws.com/": dial tcp 3.122.128.19:443: i/o timeout',
  },
  networkInterface: {
    pattern: about(
      "network interface provisioning|attempting to (?:create|attach) network interface|InsufficientFreeAddresses|configure ENI|unused device index",
    ),
    short: "network interface",
    sentence: "The task got no network interface.",
    fix: "Check that the subnets have free addresses; on EC2 also that the instance type has room for another network interface.",
    next: "doctorAgain",
    example: "Timeout waiting for network interface provisioning to complete.",
  },
  secret: {
    pattern: about(
      "invalid (?:ssm )?parameters:|(?:failed to fetch|can.t (?:find|retrieve)|retrieved) (?:the (?:specified )?)?secret|did not contain json key|ParameterNotFound",
    ),
    short: "secret",
    sentence: "A secret of the task does not exist, or does not hold what the task definition names.",
    fix: "Create the secret in the stack's region, or correct ecs-migrate:databaseSecret.",
    next: "doctorAgain",
    example:
      "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /shop/stage/migration",
  },
  startup: {
    pattern: about(
      "unable to pull secrets or registry auth(?![\\s\\S]*(?:invalid (?:ssm )?parameters|secret from secrets manager|fetch secret|did not contain|find the specified secret|retrieve the secret))",
    ),
    short: "secret or registry",
    sentence:
      "The task got neither its secret nor its credentials for the image's registry, and ECS does not say why.",
    fix: "Check that the secret exists, that the execution role may read it, and that the subnets have a route to AWS.",
    next: "doctorAgain",
    example: "ResourceInitializationError: unable to pull secrets or registry auth",
  },
  logging: {
    pattern: about(
      "failed to validate logger args|failed to initialize logging driver|log group does not exist|awslogs-region",
    ),
    short: "log group",
    sentence: "The task's log could not be opened.",
    fix: "Check that the log group exists in the stack's region. A deploy creates it again.",
    next: "doctorAgain",
    example:
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
  },
  volume: {
    pattern: about("EFS utils|CannotCreateVolume|failed to chown"),
    short: "volume",
    sentence: "A volume of the task could not be mounted.",
    fix: "Check the volumes of the task definition.",
    next: "again",
    example:
      "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: Connection timed out' : unsuccessful EFS utils command execution; code: 32",
  },
  disk: {
    pattern: about("no space left on device|devmapper|EphemeralStorage"),
    short: "disk",
    sentence: "The task's host has no room on its disk.",
    fix: "On Fargate run the same again. On EC2 free the instance's disk, or replace the instance.",
    next: "again",
    example:
      "CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device",
  },
  entrypoint: {
    pattern: about(
      "(?:CannotStartContainer|CannotCreateContainer)[\\s\\S]*(?:exec format|no such file|executable file not found|permission denied|not a directory|OCI runtime|error gathering device)|^exec \\S+: ",
    ),
    short: "entrypoint",
    sentence: "The container's entrypoint could not be run.",
    fix: ({ image }) =>
      `Check that ${image ?? "the image"} has the migrator at ${MIGRATOR_PATH}, that it may be executed, and that the image is built for the task's CPU architecture. If the entrypoint is a script, its interpreter must be in the image and its line ends must be LF.`,
    next: "deploy",
    example:
      'CannotStartContainerError: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/usr/local/env-execute": stat /usr/local/env-execute: no such file or directory: unknown',
  },
  runtime: {
    pattern: about(
      "^InternalError|ContainerRuntime\\w*Error|could not transition to|CannotInspectContainer|Docker timeout|failed to get container status|Task failed to start$",
    ),
    short: "container runtime",
    sentence: "The container runtime of the task's host failed.",
    fix: null,
    next: "again",
    example: "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m",
  },
} as const satisfies Record<string, Reason>;
