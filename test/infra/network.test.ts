import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkConfig } from "../../infra/config/config.ts";
import { networkPath } from "../../infra/network.ts";

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
