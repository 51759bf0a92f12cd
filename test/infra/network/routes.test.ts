import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSubnets, type RouteTable, subnetKind } from "../../../infra/network/routes.ts";

const LOCAL = { cidrBlock: "10.0.0.0/16", gatewayId: "local" };

function table(subnetIds: string[], gatewayId?: string, main = false): RouteTable {
  const associations = subnetIds.map((subnetId) => ({ main: false, subnetId }));
  const out = gatewayId === undefined ? [] : [{ cidrBlock: "0.0.0.0/0", gatewayId }];
  return {
    associations: main ? [...associations, { main: true, subnetId: "" }] : associations,
    routes: [LOCAL, ...out],
  };
}

/** A NAT gateway or a transit gateway is in a field of its own, so that `gatewayId` is empty. */
const TABLES = [
  table(["subnet-public"], "igw-0a"),
  table(["subnet-private-b", "subnet-private-a"], ""),
  table(["subnet-database"]),
  table([], "igw-0a", true),
];

test("a subnet is what its route table makes it, whatever map-public-ip-on-launch says", () => {
  assert.equal(subnetKind("subnet-public", TABLES), "public");
  assert.equal(subnetKind("subnet-private-a", TABLES), "private");
  assert.equal(subnetKind("subnet-database", TABLES), "isolated");
});

test("a subnet without a table of its own has the VPC's main one", () => {
  assert.equal(subnetKind("subnet-new", TABLES), "public");
  assert.equal(subnetKind("subnet-new", []), "isolated");
});

const CHOICE = {
  vpcId: "vpc-0a",
  subnetIds: ["subnet-public", "subnet-private-b", "subnet-database", "subnet-private-a"],
  tables: TABLES,
  assignPublicIp: false,
  most: 16,
};

test("without a public address the private subnets, with one the public ones, sorted", () => {
  assert.deepEqual(chooseSubnets(CHOICE), { ids: ["subnet-private-a", "subnet-private-b"] });
  assert.deepEqual(chooseSubnets({ ...CHOICE, assignPublicIp: true }), { ids: ["subnet-public"] });
});

test("never more than RunTask takes", () => {
  const subnetIds = Array.from({ length: 20 }, (_, index) => `subnet-${String(index).padStart(2, "0")}`);
  const chosen = chooseSubnets({ ...CHOICE, subnetIds, tables: [table([], "", true)] });
  assert.deepEqual(chosen, { ids: subnetIds.slice(0, 16) });
});

test("no such subnet: what the VPC has instead, and what to do", () => {
  const next =
    "Name the task's subnets as ecs-migrate:subnets in Pulumi.<stack>.yaml: public ones need assignPublicIp, isolated ones VPC endpoints";
  assert.deepEqual(chooseSubnets({ ...CHOICE, subnetIds: ["subnet-public", "subnet-database"] }), {
    problem: `vpc-0a has no private subnet (private: with a default route, but not to an internet gateway); it has 1 isolated and 1 public. ${next}`,
  });
  assert.deepEqual(chooseSubnets({ ...CHOICE, subnetIds: [], assignPublicIp: true }), {
    problem: `vpc-0a has no public subnet (public: with a route to an internet gateway, as assignPublicIp needs); it has none at all. ${next}`,
  });
});
