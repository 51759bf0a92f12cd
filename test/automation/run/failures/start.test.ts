import assert from "node:assert/strict";
import type { RunReport } from "../../../../automation/report/report.ts";
import { FakeAwsError } from "../../../support/fakeFaults.ts";
import { again, applied, notStarted, playRows, type Row } from "./row.ts";

function failureReason(reason: string, why: RegExp, nextStep: RegExp, tries: number): Row {
  return {
    name: `RunTask failures[]: ${reason}`,
    tasks: Array.from({ length: tries }, () => ({ failure: { reason, detail: "said by ECS" } })),
    ...notStarted,
    why,
    next: nextStep,
    started: 0,
    check: (report, { aws }) => {
      assert.ok(report.why?.includes(reason), report.why ?? "");
      assert.equal(aws.faults.of("runTask").length, tries, "tries");
      const tokens = aws.faults
        .of("runTask")
        .map(({ input }) => (input as { clientToken: string }).clientToken);
      assert.equal(new Set(tokens).size, tries, "each new start has a token of its own");
    },
  };
}

const RUN_TASK_FAILURES: Row[] = [
  failureReason("RESOURCE:CPU", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:MEMORY", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:ENI", /has no capacity/, /Wait for capacity/, 4),
  failureReason("RESOURCE:PORTS", /has no capacity/, /Wait for capacity/, 4),
  failureReason(
    "Capacity is unavailable at this time. Please try again later",
    /has no capacity/,
    /several zones/,
    4,
  ),
  failureReason("AGENT", /ECS agent .* does not answer/, /Restart the ECS agent/, 4),
  failureReason("INACTIVE", /cluster does not exist or is not active/, /deploy --stack stage/, 1),
  failureReason("MISSING", /cluster does not exist or is not active/, /deploy --stack stage/, 1),
  failureReason(
    "ATTRIBUTE: ecs.os-type",
    /Nothing in the cluster can run this task definition/,
    /launch type/,
    1,
  ),
  failureReason("LOCATION", /Nothing in the cluster can run this task definition/, /placement attributes/, 1),
  failureReason("Something new", /ECS did not start the task/, again, 1),
];

function startFailure(name: string, stoppedReason: string, why: RegExp, nextStep: RegExp): Row {
  const check = (report: RunReport): void => {
    assert.equal(report.task?.stopCode, "TaskFailedToStart");
    assert.equal(report.task?.exitCode, null);
  };
  return {
    name,
    tasks: [{ startFailure: { stoppedReason } }],
    ...notStarted,
    why,
    next: nextStep,
    started: 1,
    check,
  };
}

const START_FAILURES: Row[] = [
  startFailure(
    "image not there (CannotPullContainerError, no exit code, no log stream)",
    "CannotPullContainerError: ref shop@sha256:ab not found: manifest unknown",
    /image could not be pulled .*manifest unknown/,
    /is in its repository/,
  ),
  startFailure(
    "secret not there (ResourceInitializationError)",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /shop/stage/migration",
    /secret of the task does not exist/,
    /Create the secret in the stack's region/,
  ),
  startFailure(
    "log group gone (failed to initialize logging driver)",
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist",
    /log could not be opened/,
    /log group exists/,
  ),
  startFailure(
    "no network interface",
    "ResourceInitializationError: timeout waiting for network interface provisioning to complete",
    /got no network/,
    /free addresses/,
  ),
  startFailure(
    "wrong CPU architecture (exec format error)",
    "CannotStartContainerError: ResourceInitializationError: exec /entry_point.sh: exec format error",
    /entrypoint could not be run/,
    /CPU architecture/,
  ),
  {
    name: "no Fargate capacity after RunTask (TaskFailedToStart): started anew, with a new token",
    tasks: [
      { startFailure: { stoppedReason: "Capacity is unavailable at this time. Please try again later" } },
    ],
    ...applied,
    started: 2,
  },
  {
    name: "no Fargate capacity after RunTask, three times",
    tasks: Array.from({ length: 3 }, () => ({
      startFailure: { stoppedReason: "Capacity is unavailable at this time" },
    })),
    ...notStarted,
    why: /has no capacity/,
    next: /Wait for capacity/,
    started: 3,
  },
];

const refusedBy = (name: string, message: string, why: RegExp, nextStep: RegExp): Row => ({
  name: `RunTask refused: ${name}`,
  arrange: ({ aws }) => aws.faults.always("runTask", { error: new FakeAwsError(name, message) }),
  ...notStarted,
  why,
  next: nextStep,
  started: 0,
  check: (_, { aws }) => assert.equal(aws.faults.of("runTask").length, 1, "not tried again"),
});

const REFUSALS: Row[] = [
  refusedBy(
    "AccessDeniedException",
    "User: arn:aws:sts::123456789012:assumed-role/deploy/build is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/execution because no identity-based policy allows the iam:PassRole action",
    /denied the call iam:PassRole on arn:aws:iam::123456789012:role\/execution to role deploy/,
    /Allow role deploy the action iam:PassRole/,
  ),
  refusedBy(
    "ExpiredTokenException",
    "The security token included in the request is expired",
    /does not accept the credentials/,
    /Renew/,
  ),
  refusedBy(
    "ClusterNotFoundException",
    "Cluster not found.",
    /cluster does not exist/,
    /deploy --stack stage/,
  ),
  refusedBy("InvalidParameterException", "No subnets given", /refused the request/, /subnets/),
  refusedBy(
    "PlatformUnknownException",
    "The platform version does not exist.",
    /refused the request/,
    /doctor/,
  ),
  refusedBy(
    "ClientException",
    "TaskDefinition is inactive: task definition",
    /task definition does not exist or was deregistered/,
    again,
  ),
  {
    name: "RunTask refused: the quota of tasks in PROVISIONING, then room",
    arrange: ({ aws }) => {
      const text = "You've reached the limit on the number of tasks that can be in the provisioning state.";
      aws.faults.next("runTask", { error: new FakeAwsError("ClientException", text) });
    },
    ...applied,
  },
];

playRows("RunTask failures[]", RUN_TASK_FAILURES);
playRows("the task fails to start", START_FAILURES);
playRows("RunTask is refused", REFUSALS);
