import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  ConflictException,
  DeregisterTaskDefinitionCommand,
  ListTasksCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { faultsIn } from "../ministack.ts";
import { aws, CLUSTER, container, ecs, register, run, stopped } from "./local.ts";

describe("RunTask refuses what AWS refuses", { concurrency: true }, () => {
  const refused = async (input: Promise<Task>, name: string, message: string) => {
    await assert.rejects(input, (error: Error) => {
      assert.equal(error.name, name);
      assert.equal(error.message, message);
      return true;
    });
  };

  test("an unknown cluster, and makes none", async () => {
    const definition = await register([container("main", "exit 0")]);
    for (let attempt = 0; attempt < 2; attempt += 1)
      await refused(run(definition, { cluster: "nosuch" }), "ClusterNotFoundException", "Cluster not found.");
  });

  test("an unknown task definition", async () => {
    await refused(run("nosuch:1"), "ClientException", "TaskDefinition not found.");
  });

  test("an inactive task definition", async () => {
    const definition = await register([container("main", "exit 0")]);
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: definition }));
    await refused(run(definition), "InvalidParameterException", "TaskDefinition is inactive");
  });

  test("an override for a container that is not there", async () => {
    const definition = await register([container("main", "exit 0")]);
    const overrides = { containerOverrides: [{ name: "other", command: ["x"] }] };
    const message = "Override for container named other is not a container in the TaskDefinition.";
    await refused(run(definition, { overrides }), "InvalidParameterException", message);
  });

  test("awsvpc without a network", async () => {
    const definition = await register([container("main", "exit 0")]);
    const message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    await refused(run(definition, { networkConfiguration: undefined }), "InvalidParameterException", message);
  });

  test("FARGATE for a task definition of EC2 alone", async () => {
    const definition = await register([container("main", "exit 0")], { requiresCompatibilities: ["EC2"] });
    await refused(
      run(definition),
      "InvalidParameterException",
      "Task definition does not support launch_type FARGATE.",
    );
  });
});

describe("one clientToken is one task", { concurrency: true }, () => {
  test("the same request again gets the same task, at the same moment as well", async () => {
    const definition = await register([container("main", "exit 0")]);
    const startedBy = "idempotent";
    const answers = await Promise.all(
      [1, 2, 3].map(() => run(definition, { clientToken: "once", startedBy })),
    );
    assert.equal(new Set(answers.map((task) => task.taskArn)).size, 1);
    await stopped(answers[0] as Task);
    assert.equal((await run(definition, { clientToken: "once", startedBy })).taskArn, answers[0]?.taskArn);
    const list = { cluster: CLUSTER, startedBy, desiredStatus: "STOPPED" as const };
    assert.deepEqual((await ecs.send(new ListTasksCommand(list))).taskArns, [answers[0]?.taskArn]);
  });

  test("another request with the token is a conflict that names the task", async () => {
    const definition = await register([container("main", "exit 0")]);
    const first = await run(definition, { clientToken: "taken" });
    await assert.rejects(run(definition, { clientToken: "taken", startedBy: "other" }), (error) => {
      assert.ok(error instanceof ConflictException);
      assert.deepEqual(error.resourceIds, [first.taskArn]);
      return true;
    });
    await stopped(first);
  });
});

test("a request that is sent again is told, with what became of the one before", async () => {
  const send = (attempt: number, invocation: string) =>
    fetch(aws.endpoint, {
      method: "POST",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=test/20261127/ap-northeast-1/sns/aws4_request",
        "amz-sdk-invocation-id": invocation,
        "amz-sdk-request": `attempt=${attempt}; max=3`,
        "user-agent": "aws-sdk-go-v2/1.0 os/linux",
      },
      body: new URLSearchParams({ Action: "ListTopics", Version: "2010-03-31" }),
    });
  for (const attempt of [1, 2]) await (await send(attempt, "a")).text();
  await (await send(2, "b")).text();

  const told = faultsIn(readFileSync(aws.log, "utf8")).filter((line) => line.includes("ListTopics"));
  assert.deepEqual(
    told.map((line) => line.replace(/^.*? ERROR/, "ERROR")),
    [
      "ERROR [lab] attempt 2 of ListTopics by aws-sdk-go-v2/1.0; the one before was answered 200",
      "ERROR [lab] attempt 2 of ListTopics by aws-sdk-go-v2/1.0; the one before never came in",
    ],
  );
});
