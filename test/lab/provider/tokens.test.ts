import assert from "node:assert/strict";
import { test } from "node:test";
import { FUNCTIONS, RESOURCES } from "./awsTypes.ts";
import {
  bridgedFunction,
  bridgedType,
  bridgedUrn,
  terraformNames,
  UnknownTokenError,
  withPulumiNames,
} from "./tokens.ts";

test("a type and a function get the bridge's names", () => {
  assert.equal(
    bridgedType("aws:ecs/taskDefinition:TaskDefinition"),
    "aws:index/ecsTaskDefinition:EcsTaskDefinition",
  );
  assert.equal(bridgedFunction("aws:index/getRegion:getRegion"), "aws:index/getRegion:getRegion");
  assert.equal(
    bridgedFunction("aws:ssm/getParameter:getParameter"),
    "aws:index/getSsmParameter:getSsmParameter",
  );
});

test("a URN has its own type and its parents' renamed, and keeps stack, project and name", () => {
  assert.equal(
    bridgedUrn("urn:pulumi:dev::app::my:x:Part$aws:iam/role:Role$aws:iam/rolePolicy:RolePolicy::a::b"),
    "urn:pulumi:dev::app::my:x:Part$aws:index/iamRole:IamRole$aws:index/iamRolePolicy:IamRolePolicy::a::b",
  );
});

test("the provider's own URN stays as it is", () => {
  const urn = "urn:pulumi:dev::app::pulumi:providers:aws::default_7_48_0";
  assert.equal(bridgedUrn(urn), urn);
});

test("a type that the table lacks is named together with the file to add it to", () => {
  assert.throws(() => bridgedUrn("urn:pulumi:dev::app::aws:sns/topic:Topic::t"), {
    name: UnknownTokenError.name,
    message:
      "The lab's aws provider has no type aws:sns/topic:Topic; add it to test/lab/provider/awsTypes.ts.",
  });
  assert.throws(() => bridgedFunction("aws:sns/getTopic:getTopic"), {
    name: UnknownTokenError.name,
    message:
      "The lab's aws provider has no function aws:sns/getTopic:getTopic; add it to test/lab/provider/awsTypes.ts.",
  });
});

test("messages of the bridge speak of @pulumi/aws's types again", () => {
  assert.equal(
    withPulumiNames("aws:index/ecsCluster:EcsCluster and aws:index/other:Other"),
    "aws:ecs/cluster:Cluster and aws:index/other:Other",
  );
});

test("no two types and no two functions share a Terraform name, and each is included once", () => {
  for (const table of [RESOURCES, FUNCTIONS]) {
    assert.equal(new Set(Object.values(table)).size, Object.keys(table).length);
  }
  const names = terraformNames();
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes("aws_ecs_cluster"));
});
