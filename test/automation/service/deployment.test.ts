import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Deployment, Service } from "@aws-sdk/client-ecs";
import { rollingState, serviceDeploymentState } from "../../../automation/service/deployment.ts";

const NEW = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2";
const OLD = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1";
const WATCHED = { id: "ecs-svc/2", taskDefinition: NEW, previous: OLD };

function state(...deployments: Deployment[]): string {
  return rollingState({ deployments } as Service, WATCHED).kind;
}

const own = (fields: Deployment = {}): Deployment => ({
  id: "ecs-svc/2",
  status: "PRIMARY",
  taskDefinition: NEW,
  rolloutState: "IN_PROGRESS",
  ...fields,
});
const other = (fields: Deployment = {}): Deployment => ({
  id: "ecs-svc/1",
  status: "ACTIVE",
  taskDefinition: OLD,
  rolloutState: "COMPLETED",
  ...fields,
});

describe("rollingState", () => {
  test("in progress beside the old deployment, and live when ECS reports COMPLETED", () => {
    assert.equal(state(own(), other()), "inProgress");
    assert.equal(state(own({ rolloutState: "COMPLETED" })), "live");
  });

  test("FAILED without a rollback is failed; with one it is judged when the rollback has ended", () => {
    const failed = own({ rolloutState: "FAILED", status: "ACTIVE" });
    assert.equal(state(own({ rolloutState: "FAILED" }), other()), "failed");
    assert.equal(state(other({ status: "PRIMARY", rolloutState: "IN_PROGRESS" }), failed), "inProgress");
    assert.equal(state(other({ status: "PRIMARY" }), failed), "rolledBack");
  });

  test("a rollback that failed too leaves nothing that is sure to run: failed, and never the old image runs", () => {
    const failed = own({
      rolloutState: "FAILED",
      status: "ACTIVE",
      rolloutStateReason: "tasks failed to start.",
    });
    const back = other({ status: "PRIMARY", rolloutState: "FAILED", rolloutStateReason: "no image." });
    assert.deepEqual(rollingState({ deployments: [back, failed] } as Service, WATCHED), {
      kind: "failed",
      detail: "tasks failed to start.; so did the rollback: no image.",
    });
    assert.equal(state(own({ id: "ecs-svc/9", rolloutState: "FAILED" })), "failed");
  });

  test("back at the revision without code is failed at once: there is no earlier code to wait for", () => {
    const watched = { ...WATCHED, withoutCode: OLD };
    const back = other({ status: "PRIMARY", rolloutState: "IN_PROGRESS" });
    const failed = own({
      rolloutState: "FAILED",
      status: "ACTIVE",
      rolloutStateReason: "tasks failed to start.",
    });
    const stateOf = (...deployments: Deployment[]) => rollingState({ deployments } as Service, watched);
    assert.deepEqual(stateOf(back, failed), { kind: "failed", detail: "tasks failed to start." });
    assert.deepEqual(stateOf(back), {
      kind: "failed",
      detail: "ECS took it back, and there is no earlier code",
    });
    assert.equal(stateOf(own(), other()).kind, "inProgress");
  });

  test("a deployment that is not listed any more: the primary one says what became of it", () => {
    assert.equal(state(other({ status: "PRIMARY" })), "rolledBack");
    assert.equal(state(other({ status: "PRIMARY", rolloutState: "IN_PROGRESS" })), "inProgress");
    assert.equal(state(own({ id: "ecs-svc/9", rolloutState: "COMPLETED" })), "live");
    assert.equal(state(other({ status: "PRIMARY", taskDefinition: `${OLD}0` })), "unknown");
  });

  test("behind a Classic Load Balancer, without rolloutState, it is live when only it is left and steady", () => {
    const { rolloutState: _, ...bare } = own({ runningCount: 2, desiredCount: 2 });
    const service = { runningCount: 2, desiredCount: 2 };
    assert.equal(rollingState({ ...service, deployments: [bare] }, WATCHED).kind, "live");
    assert.equal(rollingState({ ...service, deployments: [bare, other()] }, WATCHED).kind, "inProgress");
    assert.equal(
      rollingState({ ...service, runningCount: 1, deployments: [bare] }, WATCHED).kind,
      "inProgress",
    );
  });
});

test("each status of a service deployment has its meaning", () => {
  const kinds = {
    PENDING: "inProgress",
    IN_PROGRESS: "inProgress",
    STOP_REQUESTED: "inProgress",
    ROLLBACK_REQUESTED: "inProgress",
    ROLLBACK_IN_PROGRESS: "inProgress",
    SUCCESSFUL: "live",
    ROLLBACK_SUCCESSFUL: "rolledBack",
    ROLLBACK_FAILED: "failed",
    STOPPED: "failed",
  } as const;
  for (const [status, kind] of Object.entries(kinds))
    assert.equal(serviceDeploymentState({ status: status as keyof typeof kinds }).kind, kind, status);
});
