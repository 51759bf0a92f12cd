/** What the image weighs, and what a change to one SQL file pushes: layers as the registry holds them. */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parseOutputs } from "../../automation/contract/outputs.ts";
import { STACK } from "../../test/lab/labStack.ts";
import type { BenchStack } from "../benchStack.ts";
import { SLOW_VERSION } from "../benchStack.ts";
import type { Figure } from "../figures.ts";

export interface Layer {
  readonly digest: string;
  /** Bytes as pushed, compressed. */
  readonly size: number;
}

export interface ImageSamples {
  readonly before: readonly Layer[];
  readonly after: readonly Layer[];
  /** Uncompressed bytes of the layers that only the migration needs: the binary, the entrypoint, the SQL. */
  readonly migrationBytes: number;
  readonly binaryBytes: number;
}

export async function measureImage(bench: BenchStack): Promise<ImageSamples> {
  const first = await imageOf(bench);
  const before = await layersOf(first);
  const migrations = join(bench.stack.project, "app/resources/db/migrations");
  appendFileSync(join(migrations, `${SLOW_VERSION + 1}_bench_layer.up.sql`), "SELECT 1;\n");
  appendFileSync(join(migrations, `${SLOW_VERSION + 1}_bench_layer.down.sql`), "SELECT 1;\n");
  const deployed = await bench.stack.run(["deploy", "--no-slack"]);
  if (deployed.exitCode !== 0) throw new Error(`deploy: ${deployed.stderr.slice(-2000)}`);
  const second = await imageOf(bench);
  const weights = await historyOf(bench, second);
  return { before, after: await layersOf(second), ...weights };
}

async function imageOf(bench: BenchStack): Promise<string> {
  const { stdout } = await bench.stack.pulumi(["stack", "output", "--json"]);
  return parseOutputs(JSON.parse(stdout), STACK).image;
}

async function layersOf(image: string): Promise<Layer[]> {
  const [, host, name, digest] = /^([^/]+)\/(.+)@(sha256:[0-9a-f]+)$/.exec(image) ?? [];
  const accept = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
  ].join(", ");
  const answer = await fetch(`http://${host}/v2/${name}/manifests/${digest}`, { headers: { accept } });
  const { layers } = (await answer.json()) as { layers?: Layer[] };
  if (!layers) throw new Error(`the registry gives no layers of ${image}`);
  return layers;
}

async function historyOf(bench: BenchStack, image: string) {
  const { docker } = bench.lab;
  const history = await docker.exec([
    "history",
    "--no-trunc",
    "--human=false",
    "--format",
    "{{json .}}",
    image,
  ]);
  const rows = history
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { CreatedBy: string; Size: string });
  const bytes = (pattern: RegExp) =>
    rows.filter(({ CreatedBy }) => pattern.test(CreatedBy)).reduce((sum, { Size }) => sum + Number(Size), 0);
  return {
    binaryBytes: bytes(/app\/migrator/),
    migrationBytes: bytes(/app\/migrator|db\/migrations/),
  };
}

/** Pure. */
export function imageFigures({ before, after, migrationBytes, binaryBytes }: ImageSamples): Figure[] {
  const known = new Set(before.map(({ digest }) => digest));
  const pushed = after.filter(({ digest }) => !known.has(digest));
  const bytes = pushed.reduce((sum, { size }) => sum + size, 0);
  const mebibytes = (value: number) => `${(value / 1e6).toFixed(2)} MB`;
  return [
    {
      figure: "push after a change to one SQL file",
      measured: `${pushed.length} of ${after.length} layers, ${(bytes / 1000).toFixed(1)} kB`,
      goal: "the layers from that file on; under 1 MB",
      met: pushed.length === 1 && bytes < 1e6,
    },
    {
      figure: "what the image gains by migration support",
      measured: `${mebibytes(migrationBytes)}, of it the binary ${mebibytes(binaryBytes)}`,
      goal: "under 10 MB",
      met: migrationBytes > 0 && migrationBytes < 10e6,
    },
  ];
}
