/** One new SQL file, from the command to the verdict, against the seed's way: `pulumi up --yes`, then the AWS CLI's lines. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BenchStack } from "../benchStack.ts";
import { type Contestant, compete, ours, peerEnvironment, VERDICT } from "../contestant.ts";
import { type Figure, median, secondsText } from "../figures.ts";

export interface NewFileSamples {
  /** From the command to the verdict, one a round. */
  readonly oursMs: readonly number[];
  readonly seedMs: readonly number[];
}

/** Above every version of the bench's stack. */
const FIRST_VERSION = 20261201;

export async function measureNewFile(
  bench: BenchStack,
  rounds: number,
  say: (line: string) => void,
): Promise<NewFileSamples> {
  let version = FIRST_VERSION;
  const once = async (contestant: Contestant) => {
    addFile(bench.stack.project, version++);
    const { startedAt, verdictAt } = await compete(bench, contestant, peerEnvironment(bench, "up"));
    say(`  ${contestant.name}: ${verdictAt - startedAt} ms`);
    return verdictAt - startedAt;
  };
  // Not counted: the first build fills caches that the others find.
  await once(ours(bench, "deploy"));
  const oursMs: number[] = [];
  const seedMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    oursMs.push(await once(ours(bench, "deploy")));
    seedMs.push(await once(seedDeploy()));
  }
  return { oursMs, seedMs };
}

function addFile(project: string, version: number): void {
  const base = join(project, "app/resources/db/migrations", `${version}_bench_file`);
  writeFileSync(`${base}.up.sql`, `CREATE TABLE bench_${version} (id bigint PRIMARY KEY);\n`);
  writeFileSync(`${base}.down.sql`, `DROP TABLE bench_${version};\n`);
}

function seedDeploy(): Contestant {
  const script = resolve(import.meta.dirname, "..", "peers", "seedDeploy.sh");
  return { name: "pulumi up, aws ecs wait", command: "sh", args: [script], verdict: VERDICT };
}

/** Pure. */
export function newFileFigures({ oursMs, seedMs }: NewFileSamples): Figure[] {
  const [our, seed] = [median(oursMs), median(seedMs)];
  return [
    {
      figure: `one new SQL file, from the command to the verdict (${oursMs.length} rounds)`,
      measured: `${secondsText(our)}; \`pulumi up --yes\` and the AWS CLI ${secondsText(seed)}: ${(our / seed).toFixed(2)}`,
      goal: "under 0.8 of the seed's way",
      met: our < seed * 0.8,
    },
  ];
}
