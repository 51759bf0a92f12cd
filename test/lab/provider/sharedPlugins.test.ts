import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { LabError } from "../labError.ts";
import { startSharedPlugins } from "./sharedPlugins.ts";

/** A plugin as the engine starts it: the first line that it prints is its port. */
function plugin(t: TestContext, shell: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-plugin-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const script = join(folder, "plugin");
  writeFileSync(script, `#!/bin/sh\n${shell}\n`, { mode: 0o755 });
  return script;
}

test("the engine is told the port of each plugin, and they end with the lab", async (t) => {
  const commands = {
    aws: plugin(t, "echo 4001; exec sleep 600"),
    awsx: plugin(t, "echo 4002; exec sleep 600"),
  };
  const { env, stop } = await startSharedPlugins(commands, process.env);
  assert.deepEqual(env, { PULUMI_DEBUG_PROVIDERS: "aws:4001,awsx:4002" });
  // It waits for both to end.
  await stop();
});

test("a plugin that ends at once is an error, and the other one ends too", async (t) => {
  const commands = { aws: plugin(t, "exit 1"), awsx: plugin(t, "echo 4002; exec sleep 600") };
  await assert.rejects(
    startSharedPlugins(commands, process.env),
    new LabError(`The plugin ${commands.aws} ended before it gave its port.`),
  );
});
