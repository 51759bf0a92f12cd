import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBridge, inputsToBridge, pathFromBridge, pathToBridge, stateToBridge } from "./shapes.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const BUCKET = "aws:s3/bucket:Bucket";

test("a security group's rules change their names on the way in and back", () => {
  const inputs = { name: "g", egress: [{ fromPort: 443 }] };
  assert.deepEqual(inputsToBridge(GROUP, inputs), { name: "g", egresses: [{ fromPort: 443 }] });
  assert.deepEqual(fromBridge(GROUP, inputsToBridge(GROUP, inputs)), inputs);
});

test("property paths of diffs and of ignoreChanges follow", () => {
  assert.equal(pathFromBridge(GROUP, "egresses[0].fromPort"), "egress[0].fromPort");
  assert.equal(pathToBridge(GROUP, "ingress[1]"), "ingresses[1]");
  assert.equal(pathFromBridge(BUCKET, "tags.egresses"), "tags.egresses");
});

test("inputs that version 5 does not know do not reach it, all others do", () => {
  const inputs = { name: "p", region: "eu-west-1", autoRetryLimit: 2, queuedTimeout: 60 };
  assert.deepEqual(inputsToBridge("aws:codebuild/project:Project", inputs), { name: "p", queuedTimeout: 60 });
});

test("state keeps the region that version 5 itself wrote, and loses what was copied", () => {
  const written = { bucket: "b", region: "eu-west-1" };
  const state = fromBridge(BUCKET, written);
  assert.deepEqual(state, { bucket: "b", region: "eu-west-1", bucketRegion: "eu-west-1" });
  assert.deepEqual(stateToBridge(BUCKET, state), written);
});

test("getRegion takes and gives region, which version 5 calls name", () => {
  const token = "aws:index/getRegion:getRegion";
  assert.deepEqual(inputsToBridge(token, { region: "eu-west-1" }), { name: "eu-west-1" });
  assert.deepEqual(fromBridge(token, { name: "eu-west-1", id: "eu-west-1" }), {
    name: "eu-west-1",
    id: "eu-west-1",
    region: "eu-west-1",
  });
});

test("a block of which there is one at most is a list for the bridge, inside the items of a list too", () => {
  const token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
  const inputs = { rules: [{ id: "a", filter: { prefix: "a/" }, expiration: { days: 1 } }, { id: "b" }] };
  const bridged = {
    rules: [{ id: "a", filters: [{ prefix: "a/" }], expirations: [{ days: 1 }] }, { id: "b" }],
  };
  assert.deepEqual(inputsToBridge(token, inputs), bridged);
  assert.deepEqual(stateToBridge(token, inputs), bridged);
  assert.deepEqual(fromBridge(token, bridged), inputs);
  assert.deepEqual(fromBridge(token, { rules: [{ id: "b", filters: [] }] }), { rules: [{ id: "b" }] });
});

test("a function's answer is not renamed", () => {
  const answer = { vpcId: "v", tags: {} };
  assert.deepEqual(fromBridge("aws:ec2/getSecurityGroup:getSecurityGroup", answer), answer);
});
