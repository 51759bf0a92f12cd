import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkConfig } from "../../../infra/config/network.ts";
import { networkLookup, networkPath, networkToDo } from "../../../infra/network/network.ts";

const BARE: NetworkConfig = {
  mode: "awsvpc",
  vpcId: undefined,
  subnets: [],
  securityGroups: [],
  assignPublicIp: false,
  databaseEgress: undefined,
};
const NEEDS =
  "they need a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs, S3 (a gateway) and ssm or secretsmanager";

for (const [name, changes, path] of [
  [
    "a public address",
    { assignPublicIp: true, subnets: ["subnet-0a"] },
    "by a public address of its own, through the subnets' internet gateway",
  ],
  [
    "given subnets",
    { subnets: ["subnet-0a"], vpcId: "vpc-0a" },
    `without a public address, by the routes of the given subnets: ${NEEDS}`,
  ],
  [
    "a given VPC",
    { vpcId: "vpc-0a" },
    `without a public address, by the routes of vpc-0a's subnets: ${NEEDS}`,
  ],
  ["the default VPC", {}, `without a public address, by the routes of the default VPC's subnets: ${NEEDS}`],
  ["bridge mode", { mode: "bridge" }, "by the instance's own network (bridge mode)"],
] as const) {
  test(`how the task reaches AWS: ${name}`, () => {
    assert.equal(networkPath({ ...BARE, ...changes }), path);
  });
}

test("what is looked up: nothing, a VPC's subnets, or the default VPC as well", () => {
  assert.equal(networkLookup({ ...BARE, subnets: ["subnet-0a"], vpcId: "vpc-0a" }), "nothing");
  assert.equal(networkLookup({ ...BARE, vpcId: "vpc-0a" }), "subnets");
  assert.equal(networkLookup(BARE), "defaultVpc");
});

test("the rule that is still to be added by hand", () => {
  const databaseEgress = { securityGroup: "sg-0db", cidr: undefined, port: 5432, opensSecurityGroup: false };
  assert.equal(
    networkToDo({ ...BARE, databaseEgress }),
    "sg-0db must let the task's security group in at the database's port: add that rule, or set openDatabaseSecurityGroup with databaseSecurityGroup",
  );
  assert.equal(
    networkToDo(BARE),
    "the database's security group must let the task's security groups in at the database's port: add that rule, or set openDatabaseSecurityGroup with databaseSecurityGroup",
  );
  assert.equal(
    networkToDo({ ...BARE, databaseEgress: { ...databaseEgress, opensSecurityGroup: true } }),
    null,
  );
  assert.equal(networkToDo({ ...BARE, mode: "bridge" }), null);
});
