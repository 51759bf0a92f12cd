/**
 * The layers of `automation/`: what each folder may import, and which of its files the other folders may. Biome reads
 * both as rules: `node test/support/layers.ts` writes them to biome.layers.json after a change of the tables.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const LAYERS_FILE = join(import.meta.dirname, "..", "..", "biome.layers.json");

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

/** What a folder offers to the others. Of a folder that is not listed, every file is an entry. */
export const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  check: [
    "brokenName.ts",
    "checkFolder.ts",
    "choices.ts",
    "disableComment.ts",
    "finding.ts",
    "fixCommand.ts",
    "git.ts",
    "lintTarget.ts",
    "loadDialect.ts",
    "mysql/alterAction.ts",
    "mysql/qualifiedName.ts",
    "mysql/statementBody.ts",
    "mysql/serverVersion.ts",
    "mysql/statements.ts",
    "mysql/storedProgram.ts",
    "mysql/tokenReader.ts",
    "mysql/tokens.ts",
    "nameSearch.ts",
    "oldCode.ts",
    "postgres/sqlNames.ts",
    "postgres/statements.ts",
    "rule.ts",
    "rules.ts",
    "runCheck.ts",
    "settings.ts",
    "shippedRules.ts",
    "sqlDialect.ts",
  ],
  commands: ["index.ts"],
  deploy: ["announcePlan.ts", "deploy.ts", "deps.ts", "overtaken.ts", "rollback.ts"],
  doctor: ["aws.ts", "diagnosis.ts", "dirtyGuide.ts", "examine.ts", "judgeRuns.ts", "services.ts", "text.ts"],
  history: ["history.ts", "knownVersion.ts", "record.ts", "text.ts"],
  notify: ["deliver.ts", "notifier.ts", "notifiers.ts"],
  plan: ["makePlan.ts", "markdown.ts", "services.ts", "text.ts", "workTime.ts"],
  report: [
    "facts.ts",
    "file.ts",
    "historyHtml.ts",
    "lines.ts",
    "makeReport.ts",
    "report.ts",
    "rollback.ts",
    "services.ts",
    "terminal.ts",
    "write.ts",
  ],
  run: ["askDatabase.ts", "attach.ts", "runOperation.ts"],
  service: [
    "api.ts",
    "deployment.ts",
    "deployments.ts",
    "pastText.ts",
    "planned.ts",
    "revision.ts",
    "roll.ts",
    "runningCode.ts",
  ],
  task: ["clock.ts", "family.ts", "find.ts", "revisions.ts", "taskRun.ts"],
  text: [
    "amount.ts",
    "clip.ts",
    "commandLine.ts",
    "duration.ts",
    "image.ts",
    "json.ts",
    "markdown.ts",
    "plainText.ts",
    "redact.ts",
    "version.ts",
  ],
  verdict: [
    "blockers.ts",
    "context.ts",
    "describe.ts",
    "dirtyMark.ts",
    "facts.ts",
    "judge.ts",
    "kind.ts",
    "notStartedReasons.ts",
    "verdict.ts",
    "versionCheck.ts",
  ],
};

/** The only modules of `automation/` that the Pulumi program imports. */
const FOR_INFRA = ["contract/*", "migrations/*", "check/settings.ts", "check/choices.ts", "aws/console.ts"];

interface Override {
  readonly includes: readonly string[];
  readonly linter: { readonly rules: unknown };
}

/** The overrides that keep the layers: one a layer, one for the two processes and one for `infra/`. Pure. */
export function layerOverrides(): Override[] {
  const folders = LAYERS.map((layer, depth) => {
    const beside = LAYERS.slice(0, depth + 1).flat();
    return restrict(
      layer.map((folder) => `automation/${folder}/**`),
      [
        {
          group: [...beside.map((folder) => `**/${folder}/**`), "**/infra/**"],
          message: "A folder imports only from the layers below its own (CONTRIBUTING.md).",
        },
        inner(LAYERS.slice(depth + 1).flat()),
      ],
    );
  });
  const others = ["**/automation/**", ...FOR_INFRA.map((module) => `!**/automation/${module}`)];
  return [
    ...folders,
    restrict(["automation/*.ts"], [inner(LAYERS.flat())]),
    restrict(
      ["infra/**"],
      [{ group: others, message: "infra/ knows only what CONTRIBUTING.md lists of automation/." }],
    ),
  ];
}

interface Pattern {
  readonly group: readonly string[];
  readonly message: string;
}

/** Refuses every file of these folders but their entries. */
function inner(folders: readonly string[]): Pattern {
  const group = folders.flatMap((folder) => {
    const entries = ENTRIES[folder]?.map((file) => `!**/${folder}/${file}`);
    return entries === undefined ? [] : [`**/${folder}/**`, ...entries];
  });
  return { group, message: "This file is no entry of its folder (ENTRIES in test/support/layers.ts)." };
}

function restrict(includes: readonly string[], patterns: readonly Pattern[]): Override {
  const options = { patterns: patterns.filter(({ group }) => group.length > 0) };
  return { includes, linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } } };
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(LAYERS_FILE, `${JSON.stringify({ overrides: layerOverrides() }, null, 2)}\n`);
}
