import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildCommand,
  buildInputs,
  changedInputs,
  imageName,
  isKnown,
  pushedDigest,
  unwrapped,
} from "./imageInputs.ts";

const URL = "127.0.0.1:4566/app";
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hush" };
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

test("the image is named by imageName, else by imageTag, else by a digest of the inputs and the stack", () => {
  const base = { repositoryUrl: URL, context: "../app", args: { A: "1" } };
  assert.equal(imageName({ ...base, imageName: "n", imageTag: "t" }, "dev"), "n");
  assert.equal(imageName({ ...base, imageTag: "t" }, "dev"), "t");
  assert.match(imageName(base, "dev"), /^[0-9a-f]{40}-container$/);
  assert.notEqual(imageName(base, "dev"), imageName(base, "prod"));
  assert.notEqual(imageName(base, "dev"), imageName({ ...base, args: { A: "2" } }, "dev"));
});

test("docker build gets every input; the image itself is the cache where none is named", () => {
  const inputs = buildInputs(
    { repositoryUrl: URL, context: "/c", args: { A: "1" }, platform: "linux/arm64", target: "run" },
    "t",
  );
  assert.deepEqual(buildCommand(inputs, "/c/Dockerfile"), [
    "build",
    "--progress=plain",
    "--tag",
    `${URL}:t`,
    "--file",
    "/c/Dockerfile",
    "--build-arg",
    "A=1",
    "--build-arg",
    "BUILDKIT_INLINE_CACHE=1",
    "--cache-from",
    `${URL}:t`,
    "--platform",
    "linux/arm64",
    "--target",
    "run",
    "/c",
  ]);
});

test("content, arguments, platform, target and tag ask for another build, and so do the places of context and Dockerfile", () => {
  const inputs = {
    ...buildInputs({ repositoryUrl: URL, context: "/a", args: { A: "1" } }, "t"),
    contextHash: "1",
  };
  assert.deepEqual(changedInputs(inputs, { ...inputs, context: { location: "/b" } }), ["context"]);
  assert.deepEqual(changedInputs(inputs, { ...inputs, dockerfile: { location: "/b/Dockerfile" } }), [
    "dockerfile",
  ]);
  assert.deepEqual(changedInputs(inputs, { ...inputs, contextHash: "2" }), ["contextHash"]);
  assert.deepEqual(changedInputs(inputs, { ...inputs, buildArgs: { A: "2" } }), ["buildArgs"]);
  assert.deepEqual(changedInputs(inputs, { ...inputs, platforms: ["linux/arm64"], target: "x" }), [
    "platforms",
    "target",
  ]);
  assert.deepEqual(changedInputs(inputs, { ...inputs, tags: [`${URL}:u`] }), ["tags"]);
});

test("the digest is read from the push's last line and nowhere else", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  assert.equal(pushedDigest(`1: Pushed\nt: digest: ${digest} size: 528\n`), digest);
  assert.equal(pushedDigest(`layer ${digest}\n`), undefined);
});

test("secrets are unwrapped at any depth, and an unknown value in one is unknown", () => {
  assert.deepEqual(unwrapped({ a: [{ b: SECRET }] }), { a: [{ b: "hush" }] });
  assert.equal(isKnown({ a: ["x"] }), true);
  assert.equal(isKnown({ a: [UNKNOWN] }), false);
  assert.equal(isKnown(unwrapped({ ...SECRET, value: UNKNOWN })), false);
});
