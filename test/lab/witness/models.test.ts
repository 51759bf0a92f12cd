/** The models witness itself: it refuses what AWS refuses. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askModels } from "./models.ts";

const ECS = "AmazonEC2ContainerServiceV20141113";

test("a parameter that is missing, of another type, unknown, too long or too many", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "models-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const subnets = Array.from({ length: 17 }, (_, index) => `subnet-${index}`);
  const sent: [string, string, unknown][] = [
    ["ecs", `${ECS}.RunTask`, { cluster: "c" }],
    ["ecs", `${ECS}.StopTask`, { task: 1 }],
    ["ecs", `${ECS}.ListTasks`, { clusters: "c" }],
    ["ecs", `${ECS}.ListTasks`, { launchType: "LAMBDA" }],
    ["ssm", "AmazonSSM.GetParameter", { Name: "n".repeat(2049) }],
    [
      "ecs",
      `${ECS}.RunTask`,
      { taskDefinition: "t:1", networkConfiguration: { awsvpcConfiguration: { subnets } } },
    ],
    ["ecs", `${ECS}.ListTasks`, { cluster: "c", startedBy: "b" }],
  ];
  const lines = sent.map(([service, target, params]) =>
    JSON.stringify({ service, target, body: Buffer.from(JSON.stringify(params)).toString("base64") }),
  );
  const file = join(folder, "requests.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { problems, checked } = await askModels(file);
  assert.deepEqual(checked, { ecs: 6, ssm: 1 });
  assert.deepEqual(
    problems.map((problem) => problem.replace(/, not one of .*/, "")),
    [
      'ecs:RunTask: Missing required parameter in input: "taskDefinition"',
      "ecs:StopTask: Invalid type for parameter task, value: 1, type: <class 'int'>, valid types: <class 'str'>",
      'ecs:ListTasks: Unknown parameter in input: "clusters", must be one of: cluster, containerInstance, family, nextToken, maxResults, startedBy, serviceName, desiredStatus, launchType, daemonName',
      "ecs:ListTasks: ListTasks.launchType is 'LAMBDA'",
      "ssm:GetParameter: GetParameter.Name has 2049, at most 2048",
      "ecs:RunTask: 17 subnets, at most 16",
    ],
  );
});
