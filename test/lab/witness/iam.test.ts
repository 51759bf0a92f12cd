/** The IAM witness itself: requests become the right questions, and the simulator decides the project's own documents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { allow, document } from "../../../infra/policies/document.ts";
import { iamCalls, isAllowed } from "./iam.ts";
import { requestOf } from "./requests.ts";

const CLUSTER = "arn:aws:ecs:ap-northeast-1:111122223333:cluster/stage-shop-migration";
const REVISION = "arn:aws:ecs:ap-northeast-1:111122223333:task-definition/stage-shop-migration:8";
const ROLE = "arn:aws:iam::111122223333:role/stage-shop-migration-task";
const ACCOUNT = {
  region: "ap-northeast-1",
  accountId: "111122223333",
  taskRoles: [ROLE],
  stateKeyArn: "arn:aws:kms:ap-northeast-1:111122223333:key/0a1b",
};
const SENT = {
  key: "build",
  region: "ap-northeast-1",
  method: "POST",
  path: "/",
  query: "",
  target: "",
  type: "",
};

function sent(service: string, changes: Partial<typeof SENT>, body: unknown = "") {
  const content = typeof body === "string" ? body : JSON.stringify(body);
  return requestOf({ ...SENT, service, ...changes, body: Buffer.from(content).toString("base64") });
}

test("RunTask asks for the run, the new task's tags and the roles that it passes", () => {
  const target = "AmazonEC2ContainerServiceV20141113.RunTask";
  const params = { cluster: CLUSTER, taskDefinition: REVISION, tags: [{ key: "a", value: "b" }] };
  assert.deepEqual(iamCalls(sent("ecs", { target }, params), ACCOUNT), [
    { action: "ecs:RunTask", resource: REVISION, context: { "ecs:cluster": CLUSTER } },
    {
      action: "ecs:TagResource",
      resource: `${CLUSTER.replace(":cluster/", ":task/")}/0a1b`,
      context: { "ecs:CreateAction": "RunTask" },
    },
    { action: "iam:PassRole", resource: ROLE, context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
  ]);
});

test("requests of the query protocol and of S3", () => {
  const type = "application/x-www-form-urlencoded; charset=utf-8";
  const form = "Action=DescribeVpcAttribute&Version=2016-11-15&VpcId=vpc-0a&Attribute=enableDnsSupport";
  assert.deepEqual(iamCalls(sent("ec2", { type }, form), ACCOUNT), [
    {
      action: "ec2:DescribeVpcAttribute",
      resource: "arn:aws:ec2:ap-northeast-1:111122223333:vpc/vpc-0a",
      context: {},
    },
  ]);
  const read = sent("s3", { method: "HEAD", path: "/state/.pulumi/stacks/a%20b.json" });
  assert.deepEqual(iamCalls(read, ACCOUNT), [
    { action: "s3:GetObject", resource: "arn:aws:s3:::state/.pulumi/stacks/a b.json", context: {} },
  ]);
});

test("an operation that nobody thought of is an error, no pass", () => {
  assert.throws(() => iamCalls(sent("ecs", { target: "x.DeleteCluster" }, {}), ACCOUNT), {
    message: "The IAM witness does not know what ecs:DeleteCluster asks for",
  });
});

test("the simulator tells allowed from denied, and refuses an action that AWS does not have", async () => {
  const policy = document([
    { ...allow("Run", ["ecs:RunTask"], [REVISION]), Condition: { ArnEquals: { "ecs:cluster": CLUSTER } } },
  ]);
  const run = { action: "ecs:RunTask", resource: REVISION, context: { "ecs:cluster": CLUSTER } };
  assert.equal(await isAllowed(policy, run, ACCOUNT.accountId), true);
  const elsewhere = { ...run, context: { "ecs:cluster": `${CLUSTER}-other` } };
  assert.equal(await isAllowed(policy, elsewhere, ACCOUNT.accountId), false);
  const unknown = { ...run, action: "ecs:RunTasks" };
  await assert.rejects(isAllowed(policy, unknown, ACCOUNT.accountId));
});

test("a key's own policy lets the account's policies decide", async () => {
  const key = ACCOUNT.stateKeyArn;
  const policy = document([allow("Decrypt", ["kms:Decrypt"], [key])]);
  const decrypt = { action: "kms:Decrypt", resource: key, context: {} };
  assert.equal(await isAllowed(policy, decrypt, ACCOUNT.accountId), true);
  assert.equal(await isAllowed(policy, { ...decrypt, action: "kms:Encrypt" }, ACCOUNT.accountId), false);
});
