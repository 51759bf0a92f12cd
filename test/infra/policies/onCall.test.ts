import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UNSCOPED_ACTIONS } from "../../../infra/policies/document.ts";
import { onCallPolicy } from "../../../infra/policies/onCall.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../docs/infrastructure.md"), "utf8");

/** The words in capitals that a reader replaces. */
const PLACEHOLDERS = {
  partition: "aws",
  region: "REGION",
  accountId: "ACCOUNT",
  clusterArn: "arn:aws:ecs:REGION:ACCOUNT:cluster/STACK-APPLICATION-migration",
  taskDefinitionFamily: "STACK-APPLICATION-migration",
  executionRoleArn: "arn:aws:iam::ACCOUNT:role/STACK-APPLICATION-migration-execution",
  taskRoleArn: "arn:aws:iam::ACCOUNT:role/STACK-APPLICATION-migration-task",
  migrationLogGroup: "/ecs/migration/APPLICATION/STACK",
  repositoryArn: "arn:aws:ecr:REGION:ACCOUNT:repository/STACK-APPLICATION",
  slackWebhookParameter: "/STACK/slack-webhook",
  stateBucket: "STATE-BUCKET",
  stateKeyArn: "arn:aws:kms:REGION:ACCOUNT:key/STATE-KEY",
};

test("docs/infrastructure.md shows the policy of the person on call as it is", () => {
  const shown = PAGE.split("<!-- on call -->")[1]?.replace(/```(json)?/g, "") ?? "";
  assert.deepEqual(JSON.parse(shown), onCallPolicy(PLACEHOLDERS));
});

test("and each action that is allowed on * with its reason", () => {
  const section = PAGE.split("## Where a policy says `*`")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([\w-]+:\w+)` \| (.*) \|$/gm)].map(([, action, why]) => [
    action,
    why,
  ]);
  assert.deepEqual(Object.fromEntries(rows), UNSCOPED_ACTIONS);
});
