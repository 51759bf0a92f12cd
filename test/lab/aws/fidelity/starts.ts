import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { REGION } from "../ministack.ts";
import { aws, byName, container, docker, register, run, stopped } from "./local.ts";

describe("a task that cannot start says why", { concurrency: true }, () => {
  const reason = async (definition: ContainerDefinition) => {
    const task = await stopped(await run(await register([definition])));
    assert.equal(task.stopCode, "TaskFailedToStart");
    assert.equal(byName(task, "main")?.exitCode, undefined);
    return String(task.stoppedReason);
  };

  test("no log group", async () => {
    const options = { "awslogs-group": "/gone", "awslogs-region": REGION, "awslogs-stream-prefix": "t" };
    const definition = container("main", "exit 0", { logConfiguration: { logDriver: "awslogs", options } });
    assert.equal(
      await reason(definition),
      "ResourceInitializationError: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    );
  });

  test("no image", async () => {
    const missing = `127.0.0.1:${aws.port}/nosuch:1`;
    assert.match(
      await reason(container("main", "exit 0", { image: missing })),
      /^CannotPullContainerError: /,
    );
  });

  test("no secret", async () => {
    const secrets = [{ name: "URL", valueFrom: "/fidelity/nosuch" }];
    assert.match(
      await reason(container("main", "exit 0", { secrets })),
      /^ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: .*\/fidelity\/nosuch/,
    );
  });

  test("no such entrypoint, and no container stays behind", async () => {
    const task = await stopped(await run(await register([container("main", "", { entryPoint: ["/nope"] })])));
    assert.match(String(task.stoppedReason), /^CannotStartContainerError: .*\/nope/);
    const label = `label=com.amazonaws.ecs.task-arn=${task.taskArn}`;
    assert.equal(await docker.exec(["ps", "--all", "--quiet", "--filter", label]), "");
  });
});
