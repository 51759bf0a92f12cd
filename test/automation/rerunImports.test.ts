import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { refusedRerun } from "../support/rerun.ts";
import { temporaryHome } from "../support/runFixture.ts";

/** Writes down every module that is loaded, by import or require. */
const RECORDER = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { appendFileSync(process.env.LOADED, url + "\\n"); return next(url, context); } });`;

test("a rerun loads nothing of @pulumi, of the Pulumi program and of `check`, and an AWS that refuses ends it with 10", async (t) => {
  const loaded = join(await temporaryHome(t), "loaded");
  const recorder = `data:text/javascript,${encodeURIComponent(RECORDER)}`;
  const { exitCode, output } = await refusedRerun(t, {
    node: ["--import", recorder],
    env: { LOADED: loaded },
  });
  assert.equal(exitCode, 10, output);
  assert.match(
    output,
    /AWS denied the call logs:FilterLogEvents on arn:aws:logs:us-east-1:123456789012:log-group:\S+ to role oidc-wazuh-repository/,
  );
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
