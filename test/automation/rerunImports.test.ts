import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { test } from "node:test";
import { temporaryHome } from "../support/runFixture.ts";
import { sampleOutputs } from "../support/sampleOutputs.ts";

const PROJECT = join(import.meta.dirname, "..", "..");

/** Writes down every module that is loaded, by import or require. */
const RECORDER = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { appendFileSync(process.env.LOADED, url + "\\n"); return next(url, context); } });`;

test("a rerun loads nothing of @pulumi, of the Pulumi program and of `check`, and an AWS that refuses ends it with 10", async (t) => {
  const home = await temporaryHome(t);
  const loaded = join(home, "loaded");
  // The CLI that a rerun asks for the stack's outputs.
  await writeFile(join(home, "pulumi"), `#!/bin/sh\ncat "${home}/outputs.json"\n`);
  await chmod(join(home, "pulumi"), 0o755);
  await writeFile(join(home, "outputs.json"), JSON.stringify(sampleOutputs()));
  const server = createServer((_, response) => {
    response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ __type: "AccessDeniedException", message: "no" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => void server.close());
  const recorder = `data:text/javascript,${encodeURIComponent(RECORDER)}`;
  const args = [
    "--import",
    recorder,
    join(PROJECT, "automation/main.ts"),
    "migrate",
    "up",
    "--stack",
    "stage",
    "--no-slack",
  ];
  const child = spawn(process.execPath, args, {
    env: {
      PATH: `${home}:${process.env.PATH}`,
      HOME: home,
      LOADED: loaded,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
  const [exitCode] = await once(child, "close");
  assert.equal(exitCode, 10, output);
  assert.match(output, /AWS denied a call/);
  const modules = (await readFile(loaded, "utf8")).split("\n");
  assert.ok(modules.some((url) => url.endsWith("/automation/run/runOperation.ts")));
  assert.deepEqual(
    modules
      .filter((url) => /\/@pulumi\/|\/infra\/|\/automation\/check\//.test(url))
      .map((url) => basename(url)),
    // The names of the formats and dialects, for the help.
    ["choices.ts"],
  );
});
