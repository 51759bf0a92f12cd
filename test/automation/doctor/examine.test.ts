import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Outputs } from "../../../automation/contract/outputs.ts";
import type { DoctorApi, NetworkFacts } from "../../../automation/doctor/aws.ts";
import { examine, parameterName } from "../../../automation/doctor/examine.ts";
import { FakeDoctor, NETWORK } from "../../support/fakeDoctor.ts";
import { FakeAwsError } from "../../support/fakeFaults.ts";
import { sampleOutputs } from "../../support/sampleOutputs.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";

/** The lines that are not ok, as `state part: text → fix`. */
async function found(changes: Partial<DoctorApi> = {}, outputs: Partial<Outputs> = {}): Promise<string[]> {
  const checks = await examine(new FakeDoctor(changes).api, sampleOutputs(outputs), "stage");
  return checks
    .filter(({ state }) => state !== "ok")
    .map(({ state, part, text, fix }) => `${state} ${part}: ${text} → ${fix}`);
}

describe("examine", () => {
  it("finds nothing on a stack whose parts are all there, and says so of each", async () => {
    const fake = new FakeDoctor();
    const checks = await examine(fake.api, sampleOutputs({ slackWebhookParameter: "/stage/slack" }), "stage");
    assert.deepEqual(
      checks.map(({ state, part, fix }) => `${state} ${part} ${fix}`),
      [
        "ok cluster null",
        "ok task definition null",
        "ok image null",
        "ok database secret null",
        "ok log group null",
        "ok network null",
        "ok network null",
        "ok slack null",
        "ok running task null",
      ],
    );
    assert.deepEqual(fake.asked.toSorted(), [
      "clusterStatus arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage",
      `imageExists shop sha256:${"ab".repeat(32)}`,
      "logGroupExists /ecs/migration/shop-stage",
      "network subnet-a,subnet-b",
      "parameterType /stage/migration",
      "parameterType /stage/slack",
      "runningTasks arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage shop-stage-migration",
      "taskDefinition arn:aws:ecs:eu-west-1:123456789012:task-definition/shop-stage-migration:12",
    ]);
  });

  const rows: [string, Partial<DoctorApi>, Partial<Outputs>, string][] = [
    [
      "a cluster that is gone",
      { clusterStatus: async () => undefined },
      {},
      "problem cluster: arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage does not exist → run `pulumi up` as an operator, or name another cluster in the stack's configuration",
    ],
    [
      "a cluster on its way out",
      { clusterStatus: async () => "DEPROVISIONING" },
      {},
      "problem cluster: arn:aws:ecs:eu-west-1:123456789012:cluster/shop-stage is DEPROVISIONING → run `pulumi up` as an operator, or name another cluster in the stack's configuration",
    ],
    [
      "a revision that was deregistered",
      { taskDefinition: async () => ({ status: "INACTIVE", containers: ["migration"] }) },
      {},
      "problem task definition: shop-stage-migration:12 is INACTIVE → register it again: npx ecs-migrate deploy --stack stage",
    ],
    [
      "a revision without the container",
      { taskDefinition: async () => ({ status: "ACTIVE", containers: ["web", "proxy"] }) },
      {},
      "problem task definition: shop-stage-migration:12 has no container migration (it has web, proxy) → register it again: npx ecs-migrate deploy --stack stage",
    ],
    [
      "an image that its repository has lost",
      { imageExists: async () => false },
      {},
      "problem image: shop@sha256:abababababab is not in its repository → build and push it again: npx ecs-migrate deploy --stack stage",
    ],
    [
      "a parameter that is not there",
      { parameterType: async () => undefined },
      {},
      "problem database secret: there is no parameter /stage/migration → printf %s '<database URL>' | aws ssm put-parameter --type SecureString --name /stage/migration --value file:///dev/stdin",
    ],
    [
      "a password in a plain parameter",
      { parameterType: async () => "String" },
      {},
      "warning database secret: parameter /stage/migration is a String: everyone who may list parameters can read it → store it again as a SecureString",
    ],
    [
      "a secret that is not there",
      { secretExists: async () => false },
      { databaseSecret: `${SECRET}:url::` },
      `problem database secret: there is no secret ${SECRET} → create it, or name the right one in ecs-migrate:databaseSecret`,
    ],
    [
      "a secret without the key",
      { secretHasKey: async () => false },
      { databaseSecret: `${SECRET}:url::` },
      `problem database secret: secret ${SECRET} has no key url → add the key, or name the right one in ecs-migrate:databaseSecret`,
    ],
    [
      "a secret that the caller may not read",
      { secretHasKey: () => Promise.reject(new FakeAwsError("AccessDeniedException", "no")) },
      { databaseSecret: `${SECRET}:url::` },
      `warning database secret: secret ${SECRET} exists; its key url could not be checked: AccessDeniedException: no → run doctor with credentials that may read it`,
    ],
    [
      "a log group that is gone",
      { logGroupExists: async () => false },
      {},
      "problem log group: there is no log group /ecs/migration/shop-stage → run `pulumi up -s stage` as an operator",
    ],
    [
      "a webhook that is not there: Slack changes no result",
      { parameterType: async (name) => (name === "/stage/slack" ? undefined : "SecureString") },
      { slackWebhookParameter: "/stage/slack" },
      "warning slack: there is no parameter /stage/slack, so Slack is not notified → printf %s '<webhook URL>' | aws ssm put-parameter --type SecureString --name /stage/slack --value file:///dev/stdin",
    ],
    [
      "a task that is on its way",
      { runningTasks: async () => ["arn:task/1"] },
      {},
      "warning running task: arn:task/1 → follow it: npx ecs-migrate attach arn:task/1 --stack stage",
    ],
    [
      "what the caller may not see",
      { clusterStatus: () => Promise.reject(new FakeAwsError("AccessDeniedException", "not authorized")) },
      {},
      "warning cluster: could not be checked: AccessDeniedException: not authorized → run doctor with an operator's credentials",
    ],
  ];
  for (const [name, api, outputs, line] of rows)
    it(`names ${name}`, async () => assert.deepEqual(await found(api, outputs), [line]));

  it("reads no secret's value where no key of it is named", async () => {
    const fake = new FakeDoctor();
    await examine(fake.api, sampleOutputs({ databaseSecret: SECRET }), "stage");
    assert.deepEqual(
      fake.asked.filter((call) => call.startsWith("secret")),
      [`secretExists ${SECRET}`],
    );
  });
});

describe("the network", () => {
  const facts = (changes: Partial<NetworkFacts>) => ({ network: async () => ({ ...NETWORK, ...changes }) });
  const table = (...defaultRoutes: string[]) => [{ vpcId: "vpc-1", main: true, subnets: [], defaultRoutes }];
  const publicly = { network: { subnets: ["subnet-a"], securityGroups: [], assignPublicIp: true } };
  const privately = { network: { subnets: ["subnet-a"], securityGroups: [], assignPublicIp: false } };
  const all = ["ecr.api", "ecr.dkr", "s3", "logs", "ssm"].map((name) => `com.amazonaws.eu-west-1.${name}`);

  it("is well with a public address and an internet gateway, with NAT, with a transit gateway, with endpoints", async () => {
    assert.deepEqual(await found(facts({ routeTables: table("igw-1") }), publicly), []);
    assert.deepEqual(await found(facts({ routeTables: table("tgw-1") }), privately), []);
    assert.deepEqual(await found(facts({ routeTables: table(), endpoints: all }), privately), []);
  });

  it("warns of a public subnet without a public address, and names the endpoints that lack", async () => {
    const endpoints = all.slice(0, 3);
    assert.deepEqual(await found(facts({ routeTables: table("igw-1"), endpoints }), privately), [
      "warning network: subnet subnet-a is public, and the task gets no public address, and the VPC lacks the endpoints logs, ssm → give it a NAT gateway or the endpoints, or set ecs-migrate:assignPublicIp in a public subnet",
    ]);
  });

  it("takes the subnet's own route table over the VPC's main one", async () => {
    const own = { vpcId: "vpc-1", main: false, subnets: ["subnet-a"], defaultRoutes: [] };
    const [line] = await found(facts({ routeTables: [...table("nat-1"), own] }), privately);
    assert.match(line ?? "", /^warning network: subnet subnet-a has no route to the internet/);
  });

  it("is a problem where a subnet is gone or full", async () => {
    const full = { id: "subnet-a", vpcId: "vpc-1", freeAddresses: 0 };
    assert.deepEqual(await found(facts({ subnets: [full] }), privately), [
      "problem network: subnet subnet-a has no free address → free some, or name another subnet",
    ]);
    assert.deepEqual(await found(facts({ subnets: [] }), privately), [
      "problem network: subnet subnet-a does not exist → name the right subnets in the stack's configuration",
    ]);
  });

  it("is not looked at where the task has none of its own", async () => {
    const fake = new FakeDoctor();
    await examine(fake.api, sampleOutputs({ network: null }), "stage");
    assert.equal(
      fake.asked.some((call) => call.startsWith("network")),
      false,
    );
  });
});

describe("parameterName", () => {
  it("reads a parameter's ARN as its name", () => {
    const arn = (path: string) => `arn:aws:ssm:eu-west-1:123456789012:parameter/${path}`;
    assert.equal(parameterName("/stage/migration"), "/stage/migration");
    assert.equal(parameterName(arn("stage/migration")), "/stage/migration");
    assert.equal(parameterName(arn("migration")), "migration");
  });
});
