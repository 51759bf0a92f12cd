/** What ECS remembers of a service's deployments: for `history`, and for the way back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceDeploymentBrief } from "@aws-sdk/client-ecs";
import {
  earlierRevision,
  type PastDeployment,
  readDeployments,
} from "../../../automation/service/deployments.ts";
import { rollLines, rollsJson } from "../../../automation/service/pastText.ts";
import { assertGolden } from "../../support/golden.ts";

const SERVICE = "arn:aws:ecs:eu-west-1:123456789012:service/shop/web";
const at = (minute: number) => new Date(Date.UTC(2026, 10, 24, 9, minute));
const family = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web";

/** As the API reference shows ServiceDeploymentBrief. */
function brief(
  number: number,
  status: NonNullable<ServiceDeploymentBrief["status"]>,
  more: Partial<ServiceDeploymentBrief> = {},
): ServiceDeploymentBrief {
  return {
    serviceDeploymentArn: `${SERVICE.replace(":service/", ":service-deployment/")}/d${number}`,
    serviceArn: SERVICE,
    clusterArn: "arn:aws:ecs:eu-west-1:123456789012:cluster/shop",
    targetServiceRevisionArn: `${SERVICE.replace(":service/", ":service-revision/")}/${number}`,
    createdAt: at(number),
    finishedAt: new Date(at(number).getTime() + 42_000),
    status,
    ...more,
  };
}

const BRIEFS = [
  brief(44, "IN_PROGRESS", { finishedAt: undefined }),
  brief(43, "ROLLBACK_SUCCESSFUL", {
    statusReason: "Service deployment rolled back because the circuit breaker threshold was exceeded.",
  }),
  brief(42, "SUCCESSFUL"),
  brief(41, "SUCCESSFUL"),
];

async function read(briefs: readonly ServiceDeploymentBrief[]): Promise<PastDeployment[]> {
  const asked: string[][] = [];
  const found = await readDeployments(
    {
      listServiceDeployments: async () => briefs,
      describeServiceRevisions: async (arns) => {
        asked.push([...arns]);
        return arns.map((serviceRevisionArn) => ({
          serviceRevisionArn,
          taskDefinition: `${family}:${serviceRevisionArn.split("/").at(-1)}`,
        }));
      },
    },
    { cluster: "shop", service: "web" },
  );
  assert.ok(asked.every((arns) => arns.length <= 20));
  return found;
}

describe("the deployments of a service", () => {
  test("are lines of the history, oldest first", async () => {
    const rolls = (await read(BRIEFS))
      .map((each) => ({ ...each, cluster: "shop", service: "web" }))
      .reverse();
    assertGolden("history-rolls.txt", `${rollLines(rolls).join("\n")}\n`);
    assert.deepEqual(
      rollsJson(rolls).map(({ result }) => result),
      ["live", "live", "rolledBack", "in progress"],
    );
  });

  test("are read twenty revisions a call", async () => {
    const many = Array.from({ length: 45 }, (_, index) => brief(index, "SUCCESSFUL"));
    assert.equal((await read(many)).filter(({ taskDefinition }) => taskDefinition !== null).length, 45);
  });

  test("lead back to the newest older revision that went live", async () => {
    const [, ...ended] = await read(BRIEFS);
    assert.equal(earlierRevision(`${family}:42`, ended), `${family}:41`);
    assert.equal(earlierRevision(`${family}:44`, await read(BRIEFS)), `${family}:42`);
    assert.equal(earlierRevision(`${family}:41`, ended), undefined);
    assert.equal(
      earlierRevision("arn:aws:ecs:eu-west-1:123456789012:task-definition/api:99", ended),
      undefined,
    );
  });

  test("show a way back that is under way, which is followed", async () => {
    const back = await read([brief(41, "IN_PROGRESS", { finishedAt: undefined }), ...BRIEFS.slice(2)]);
    assert.equal(earlierRevision(`${family}:41`, back), `${family}:41`);
  });
});
