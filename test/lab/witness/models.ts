/** Holds recorded requests against botocore's models; see models.py. */
import { join } from "node:path";
import { ensureMiniStack } from "../aws/ministack.ts";
import { LabError } from "../labError.ts";
import { thisMachine } from "../machine.ts";

export interface ModelAnswer {
  /** One line for each request that AWS would refuse. */
  readonly problems: readonly string[];
  /** How many requests were checked, by service. */
  readonly checked: Readonly<Record<string, number>>;
}

/** @param requests the file that the local AWS wrote */
export async function askModels(requests: string): Promise<ModelAnswer> {
  const machine = thisMachine();
  const python = await ensureMiniStack(machine, () => undefined);
  const { code, stdout, stderr } = await machine.run(python, [
    join(import.meta.dirname, "models.py"),
    requests,
  ]);
  if (code !== 0) throw new LabError(`models.py failed: ${stderr.trim()}`);
  const lines = stdout.trim().split("\n");
  const checked = JSON.parse(lines.at(-1)?.replace(/^checked /, "") ?? "") as Record<string, number>;
  return { problems: lines.slice(0, -1), checked };
}
