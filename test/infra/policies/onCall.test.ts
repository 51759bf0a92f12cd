import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { UNSCOPED_ACTIONS } from "../../../infra/policies/document.ts";
import { onCallPolicy } from "../../../infra/policies/onCall.ts";
import { updateServices } from "../../../infra/policies/services.ts";
import { isAllowed } from "../../lab/witness/iam.ts";

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
  slackWebhookParameter: "/APPLICATION/STACK/slack-webhook",
  stateBucket: "STATE-BUCKET",
  stateKeyArn: "arn:aws:kms:REGION:ACCOUNT:key/STATE-KEY",
};

test("docs/infrastructure.md shows the policy of the person on call as it is", () => {
  const shown = PAGE.split("<!-- on call -->")[1]?.replace(/```(json)?/g, "") ?? "";
  assert.deepEqual(JSON.parse(shown), onCallPolicy(PLACEHOLDERS));
});

test("docs/service.md shows what a person on call needs besides for rollback", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/service.md"), "utf8");
  const shown = page.split("<!-- rollback -->")[1]?.replace(/```(json)?/g, "") ?? "";
  const statements = updateServices(PLACEHOLDERS, [{ cluster: "CLUSTER", service: "SERVICE" }]);
  assert.deepEqual(JSON.parse(shown), { Version: "2012-10-17", Statement: statements });
});

test("and each action that is allowed on * with its reason", () => {
  const section = PAGE.split("## Where a policy says `*`")[1]?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([\w-]+:\w+)` \| (.*) \|$/gm)].map(([, action, why]) => [
    action,
    why,
  ]);
  assert.deepEqual(Object.fromEntries(rows), UNSCOPED_ACTIONS);
});

const ACCOUNT = "111122223333";
const PLACE = { partition: "aws", region: "ap-northeast-1", accountId: ACCOUNT };
const ecs = (resource: string) => `arn:aws:ecs:ap-northeast-1:${ACCOUNT}:${resource}`;
const CLUSTER = ecs("cluster/stage-shop-migration");
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const POLICY = onCallPolicy({
  ...PLACE,
  clusterArn: CLUSTER,
  taskDefinitionFamily: "stage-shop-migration",
  executionRoleArn: role("stage-shop-migration-execution"),
  taskRoleArn: role("stage-shop-migration-task"),
  migrationLogGroup: "/ecs/migration/shop/stage",
  repositoryArn: `arn:aws:ecr:ap-northeast-1:${ACCOUNT}:repository/stage-shop`,
  slackWebhookParameter: "/shop/stage/slack-webhook",
  stateBucket: "shop-stage-state",
  stateKeyArn: `arn:aws:kms:ap-northeast-1:${ACCOUNT}:key/k`,
});
const ON_CLUSTER = { "ecs:cluster": CLUSTER };
const TO_TASKS = { "iam:PassedToService": "ecs-tasks.amazonaws.com" };
const logs = (group: string) => `arn:aws:logs:ap-northeast-1:${ACCOUNT}:log-group:${group}`;
const parameter = (name: string) => `arn:aws:ssm:ap-northeast-1:${ACCOUNT}:parameter/${name}`;
type Call = readonly [action: string, resource: string, context?: Readonly<Record<string, string>>];

const ALLOWED: readonly Call[] = [
  ["ecs:RunTask", ecs("task-definition/stage-shop-migration:7"), ON_CLUSTER],
  ["iam:PassRole", role("stage-shop-migration-task"), TO_TASKS],
  ["ecs:DescribeTasks", ecs("task/stage-shop-migration/0a1b"), ON_CLUSTER],
  ["ecs:StopTask", ecs("task/stage-shop-migration/0a1b"), ON_CLUSTER],
  ["ecs:ListTasks", "*", ON_CLUSTER],
  ["logs:FilterLogEvents", logs("/ecs/migration/shop/stage")],
  ["logs:GetLogEvents", logs("/ecs/migration/shop/stage:log-stream:stage/db-migration/0a1b")],
  ["ssm:GetParameter", parameter("shop/stage/slack-webhook")],
  ["s3:GetObject", "arn:aws:s3:::shop-stage-state/.pulumi/stacks/ecs-migrate/stage.json"],
  ["kms:Decrypt", `arn:aws:kms:ap-northeast-1:${ACCOUNT}:key/k`],
  ["ssm:DescribeParameters", "*"],
  ["logs:DescribeLogGroups", "*"],
  ["ec2:DescribeVpcEndpoints", "*"],
];

const DENIED: readonly Call[] = [
  ["ecs:RunTask", ecs("task-definition/prod-shop-migration:7"), ON_CLUSTER],
  ["ecs:RunTask", ecs("task-definition/stage-blog-migration:7"), ON_CLUSTER],
  ["ecs:RegisterTaskDefinition", ecs("task-definition/stage-shop-migration:8")],
  ["iam:PassRole", role("stage-shop-migration-task"), { "iam:PassedToService": "ec2.amazonaws.com" }],
  ["ssm:GetParameter", parameter("shop/stage/migration")],
  ["s3:PutObject", "arn:aws:s3:::shop-stage-state/.pulumi/stacks/ecs-migrate/stage.json"],
  ["ecs:UpdateService", ecs("service/web/shop")],
  ["logs:DeleteLogGroup", logs("/ecs/migration/shop/stage")],
];

test("by the simulator: runs and watches the migration, and neither deploys nor reads the database's URL", async () => {
  const decide = async (calls: readonly Call[], wanted: boolean): Promise<Call[]> => {
    const wrong: Call[] = [];
    for (const call of calls) {
      const [action, resource, context = {}] = call;
      if ((await isAllowed(POLICY, { action, resource, context }, ACCOUNT)) !== wanted) wrong.push(call);
    }
    return wrong;
  };
  assert.deepEqual(await decide(ALLOWED, true), []);
  assert.deepEqual(await decide(DENIED, false), []);
});
