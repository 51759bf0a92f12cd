/**
 * The layers of `automation/` and what each folder may import, as one table. Biome reads them as rules in biome.json:
 * `node test/support/layers.ts` writes them there after a change of the table.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BIOME_FILE = join(import.meta.dirname, "..", "..", "biome.json");

/** From the top down. A folder imports only from the lines below its own; `main.ts` and `bootstrap.ts` stand above all. */
export const LAYERS: readonly (readonly string[])[] = [
  ["commands"],
  ["deploy"],
  ["cli", "doctor", "notify", "run"],
  ["service"],
  ["guard", "report"],
  ["history"],
  ["bootstrap", "plan", "task"],
  ["aws", "check", "verdict"],
  ["migrations", "stack", "text"],
  ["contract"],
];

/** The only modules of `automation/` that the Pulumi program imports. */
const FOR_INFRA = ["contract/*", "migrations/*", "check/settings.ts", "check/choices.ts", "aws/console.ts"];

interface Override {
  readonly includes: readonly string[];
  readonly linter: { readonly rules: unknown };
}

/** The overrides that keep the layers: one a folder, and one for `infra/`. Pure. */
export function layerOverrides(): Override[] {
  const folders = LAYERS.flatMap((layer, depth) =>
    layer.map((folder) => {
      const forbidden = LAYERS.slice(0, depth + 1)
        .flat()
        .filter((other) => other !== folder);
      return restrict(
        `automation/${folder}/**`,
        [...forbidden.flatMap((other) => [`../${other}/**`, `../../${other}/**`]), "**/infra/**"],
        `automation/${folder} imports only from the layers below it (CONTRIBUTING.md).`,
      );
    }),
  );
  const others = ["**/automation/**", ...FOR_INFRA.map((module) => `!**/automation/${module}`)];
  return [
    ...folders,
    restrict("infra/**", others, "infra/ knows only what CONTRIBUTING.md lists of automation/."),
  ];
}

function restrict(includes: string, group: readonly string[], message: string): Override {
  const options = { patterns: [{ group, message }] };
  return {
    includes: [includes],
    linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } },
  };
}

/** biome.json with the overrides of the table; what else it overrides stays. */
export function withLayers(biome: { overrides?: readonly Override[] }): object {
  const isLayer = ({ linter }: Override) => JSON.stringify(linter).includes("noRestrictedImports");
  return {
    ...biome,
    overrides: [...(biome.overrides ?? []).filter((override) => !isLayer(override)), ...layerOverrides()],
  };
}

if (process.argv[1] === import.meta.filename) {
  const biome = JSON.parse(readFileSync(BIOME_FILE, "utf8")) as Parameters<typeof withLayers>[0];
  writeFileSync(BIOME_FILE, `${JSON.stringify(withLayers(biome), null, 2)}\n`);
}
