/** What a build of CodeBuild's finds, and what is told of it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, symlinkSync, unlinkSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { handler } from "../../infra/pipeline/notifier/index.mjs";
import type { Buildspec, PhaseResult } from "./buildspec.ts";
import type { Lab } from "./lab.ts";
import { createLabStack, type LabStack } from "./labStack.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");
/** CODEBUILD_BUILD_ID. */
export const BUILD = "local-shop-deploy:01234567-89ab-4cde-8f01-23456789abcd";

/** A second application of the account, whose project is the root of a repository of its own. */
export async function otherApplication(lab: Lab): Promise<LabStack> {
  const database = await lab.postgres.createDatabase("blog");
  const stack = await createLabStack(lab, { application: "blog", databaseUrl: database.fromContainer });
  const up = await stack.pulumi(["up", "--yes"]);
  assert.equal(up.exitCode, 0, up.stdout);
  makeCheckout(stack.project);
  return stack;
}

/**
 * What EventBridge does at the end of a build that did not succeed: calls the function with the state of each phase. The event
 * has the fields of AWS CodeBuild User Guide, "Build notifications input format reference".
 */
export async function notify(lab: Lab, phases: readonly PhaseResult[]): Promise<void> {
  if (phases.every(({ succeeded }) => succeeded)) return;
  const before = process.env;
  process.env = { ...before, ...lab.env, STACK: "local", WEBHOOK_PARAMETER: "/shop/local/slack-webhook" };
  try {
    await handler({
      detail: {
        "build-status": "FAILED",
        "build-id": `arn:aws:codebuild:ap-northeast-1:000000000000:build/${BUILD}`,
        "additional-information": {
          "source-version": "4af3a95",
          phases: phases.map(({ name, succeeded }) => ({
            "phase-type": name.toUpperCase(),
            "phase-status": succeeded ? "SUCCEEDED" : "FAILED",
          })),
        },
      },
    });
  } finally {
    process.env = before;
  }
}

export function deadBuild(phase: string) {
  return {
    text:
      ":x: *local*: the build failed, and the deploy has not reported its end.\n" +
      `Phase ${phase}\nSource 4af3a95, build ${BUILD}\n` +
      "A migration that had started goes on. Its state: `npx ecs-migrate migrate status --stack local`",
  };
}

/** Makes a checkout of the lab's project: nothing in it leads out of it, so that `npm ci` meets no other's modules. */
export function makeCheckout(project: string): void {
  for (const name of ["node_modules", "automation"]) unlinkSync(join(project, name));
  for (const name of ["automation", "buildspec.yml", "package-lock.json", ".npmrc"])
    cpSync(join(CHECKOUT, name), join(project, name), { recursive: true });
}

/** Puts the lab's CLI where the cache would have the official one. It must be of the version that the buildspec names. */
export function putPulumi(home: string, path: string, { variables }: Buildspec): void {
  const found = path.split(delimiter).find((folder) => existsSync(join(folder, "pulumi")));
  assert.ok(found, "the lab has a pulumi on its PATH");
  assert.match(variables.PULUMI_VERSION ?? "", /^3\.\d+\.\d+$/);
  mkdirSync(join(home, ".pulumi", "bin"), { recursive: true });
  symlinkSync(join(found, "pulumi"), join(home, ".pulumi", "bin", "pulumi"));
}
