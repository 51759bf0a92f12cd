/** The AWS CLI, version 1: the one that the Python package index has. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { thisMachine } from "./machine.ts";
import { ensurePythonPackage } from "./pythonPackage.ts";
import type { Report } from "./steps.ts";

const AWSCLI = { name: "awscli", version: "1.46.2", module: "awscli.clidriver" };

/** Puts a command `aws` into the folder, installed once into the lab's cache. */
export async function putAwsCli(folder: string, report: Report, signal?: AbortSignal): Promise<void> {
  const python = await ensurePythonPackage(thisMachine(), AWSCLI, report, signal);
  const command = join(folder, "aws");
  writeFileSync(command, `#!/bin/sh\nexec '${python}' -m awscli "$@"\n`);
  chmodSync(command, 0o755);
}
