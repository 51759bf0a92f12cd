import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { CHANGED_SINCE_MARK } from "../../../automation/contract/source.ts";
import { StackConfigError } from "../../../automation/stack/configProblems.ts";
import { StackLockedError } from "../../../automation/stack/lock.ts";
import {
  AutomationStack,
  openStack,
  StackChangedError,
  StackStoppedError,
  StackUpdateError,
  stepLine,
  updateError,
} from "../../../automation/stack/update.ts";

/** In the CLI's place: writes its arguments down, one call a line. */
const CLI = `#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
[ "$1" != version ] || echo v3.274.1
`;

test("up starts the CLI once, and asks for nothing that nobody reads", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-cli-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const calls = join(folder, "calls");
  writeFileSync(join(folder, "pulumi"), CLI, { mode: 0o755 });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: ecs-migrate\nruntime: nodejs\n");
  const { PATH } = process.env;
  process.env.PATH = `${folder}:${PATH}`;
  t.after(() => {
    process.env.PATH = PATH;
  });
  const env = { ...process.env, CALLS: calls };
  const stack = await openStack({ stack: "prod", project: folder, env }, { onStep: () => undefined });
  await stack.up("nothing");
  const words = readFileSync(calls, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" --")[0]);
  assert.deepEqual(words, ["up"]);
});

describe("updateError", () => {
  test("the program's configuration problems are a usage error, from their first word on", () => {
    const error = updateError(
      "up",
      "prod",
      ["x", "Error: Configuration of stack prod:\n  - a: b"],
      new Error("255"),
    );
    assert.ok(error instanceof StackConfigError);
    assert.equal(error.exitCode, 2);
    assert.equal(error.message, "Configuration of stack prod:\n  - a: b");
  });

  // Source: pulumi pkg/backend/diy/lock.go and pkg/backend/httpstate, v3.274.1.
  const LOCKED = `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  s3://ecs-migrate-state/.pulumi/locks/organization/ecs-migrate/prod/6c8f0b6e.json: created by root@ip-10-0-0-1 (pid 123) at 2026-11-26T18:37:37Z`;

  test("a lock is an error of its own, with its owner where Pulumi names it", () => {
    const error = updateError("up", "prod", [], { stderr: LOCKED });
    assert.ok(error instanceof StackLockedError);
    assert.equal(error.exitCode, 10);
    assert.equal(
      error.message,
      "Stack prod is locked by root@ip-10-0-0-1 (pid 123) since 2026-11-26 18:37:37 UTC",
    );
    const conflict = updateError("up", "prod", [], {
      stderr: "[409] Conflict: Another update is in progress",
    });
    assert.ok(conflict instanceof StackLockedError);
    assert.equal(conflict.message, "Stack prod is locked by another update");
  });

  test("the program's word that another deploy came first is an error of its own", () => {
    const error = updateError("up", "prod", [`Error: ${CHANGED_SINCE_MARK}`], new Error("255"));
    assert.ok(error instanceof StackChangedError);
  });

  test("all else is told with the engine's errors", () => {
    const cause = new Error("255");
    const error = updateError("preview", "prod", ["one", "two"], cause);
    assert.ok(error instanceof StackUpdateError);
    assert.equal(error.cause, cause);
    assert.match(
      error.message,
      /^`pulumi preview` of stack prod failed, so no migration was started:\none\ntwo\n/,
    );
    assert.match(updateError("up", "prod", [], cause).message, /\n255\n/);
  });
});

test("stepLine tells what changed and nothing else", () => {
  const event = (op: string, changes = {}) =>
    ({
      resOutputsEvent: {
        metadata: { op, type: "aws:ecs/cluster:Cluster", urn: "urn:pulumi:p::e::t::main", ...changes },
      },
    }) as unknown as EngineEvent;
  assert.equal(stepLine(event("create")), "created aws:ecs/cluster:Cluster main");
  assert.equal(stepLine(event("delete-replaced")), "deleted the old aws:ecs/cluster:Cluster main");
  for (const op of ["same", "read", "refresh"]) assert.equal(stepLine(event(op)), undefined);
  assert.equal(stepLine(event("replace", { logical: false })), undefined);
  assert.equal(stepLine({ sequence: 1, timestamp: 1 }), undefined);
});

describe("a stopped pulumi", () => {
  function opened(stopAt: "before" | "meanwhile") {
    const stopped = new AbortController();
    const cancel = new AbortController();
    let given: AbortSignal | undefined;
    const up = async (options: { signal?: AbortSignal }) => {
      given = options.signal;
      if (stopAt === "meanwhile") stopped.abort();
      throw new Error("code: 255");
    };
    if (stopAt === "before") stopped.abort();
    const location = { stack: "prod", project: "/p", env: {}, signal: stopped.signal };
    const stack = new AutomationStack({ up, workspace: { envVars: {} } } as unknown as Stack, location, {
      onStep: () => undefined,
      cancel: cancel.signal,
    });
    return { stack, given: () => given, cancel: cancel.signal };
  }

  test("is told by the signal of its own, and is no failure of Pulumi's", async () => {
    const { stack, given, cancel } = opened("meanwhile");
    await assert.rejects(stack.up("none"), (error) => {
      assert.ok(error instanceof StackStoppedError);
      assert.equal(error.exitCode, 13);
      assert.equal(error.message, "`pulumi up` of stack prod was stopped, so no migration was started");
      return true;
    });
    assert.equal(given(), cancel);
  });

  test("is not begun where the command was stopped before", async () => {
    const { stack, given } = opened("before");
    await assert.rejects(stack.up("none"), StackStoppedError);
    assert.equal(given(), undefined);
  });
});

describe("a preview", () => {
  const STACK_TYPE = "pulumi:pulumi:Stack";
  const metadata = (op: string, type: string, before?: object, after?: object) => ({
    op,
    type,
    urn: `urn:pulumi:prod::shop::${type}::main`,
    ...(before ? { old: { outputs: before } } : {}),
    ...(after ? { new: { outputs: after } } : {}),
  });

  function previewOf(...events: object[]) {
    const preview = async ({ onEvent }: { onEvent: (event: EngineEvent) => void }) => {
      for (const event of events) onEvent(event as EngineEvent);
    };
    const location = { stack: "prod", project: "/p", env: {} };
    const stack = new AutomationStack({ preview } as unknown as Stack, location, { onStep: () => undefined });
    return stack.preview();
  }

  test("tells every step, and that the outputs stay", async () => {
    const cluster = metadata("same", "aws:ecs/cluster:Cluster");
    const outputs = { image: "x", migrations: [{ version: 1 }] };
    const {
      steps,
      outputs: change,
      summary,
    } = await previewOf(
      { resourcePreEvent: { metadata: metadata("same", STACK_TYPE) } },
      { resourcePreEvent: { metadata: cluster } },
      { resOutputsEvent: { metadata: metadata("same", "aws:ecs/cluster:Cluster", { id: 1 }, { id: 2 }) } },
      { resOutputsEvent: { metadata: metadata("same", STACK_TYPE, outputs, structuredClone(outputs)) } },
      { summaryEvent: { resourceChanges: { same: 2 } } },
    );
    assert.deepEqual(
      steps.map(({ op, type }) => [op, type]),
      [
        ["same", STACK_TYPE],
        ["same", "aws:ecs/cluster:Cluster"],
      ],
    );
    assert.deepEqual(change, { before: outputs, after: outputs });
    assert.deepEqual(summary, { same: 2 });
  });

  test("tells the outputs before and after; without a word about them they are unknown", async () => {
    const event = { resOutputsEvent: { metadata: metadata("same", STACK_TYPE, { a: 1 }, { a: 2 }) } };
    assert.deepEqual((await previewOf(event)).outputs, { before: { a: 1 }, after: { a: 2 } });
    const first = { resOutputsEvent: { metadata: metadata("create", STACK_TYPE, undefined, { a: 2 }) } };
    assert.deepEqual((await previewOf(first)).outputs, { before: {}, after: { a: 2 } });
    assert.deepEqual(await previewOf(), { steps: [], outputs: undefined, summary: undefined });
  });
});
