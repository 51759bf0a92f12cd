/** The outputs of `check`: for people, for scripts, Markdown for a comment, SARIF for GitHub, code quality for GitLab. */
import { createHash } from "node:crypto";
import type { ExitCode } from "../contract/errors.ts";
import { jsonText } from "../text/json.ts";
import { markdown } from "../text/markdown.ts";
import { safeLine } from "../text/plainText.ts";
import type { Format } from "./choices.ts";
import { errorsOf, type Finding, findingLine, pathIn } from "./finding.ts";
import type { Rename } from "./lateRenames.ts";
import { type LintTarget, readAs } from "./lintTarget.ts";
import { RULES } from "./rules.ts";

/** Raised when a field of the JSON output changes its meaning. */
const CHECK_SCHEMA = 1;

export interface Report {
  findings: readonly Finding[];
  /** Renames that `--fix` made. */
  renamed: readonly Rename[];
  /** How many migration files were looked at. */
  files: number;
  exitCode: ExitCode;
  /** What the SQL was read as. */
  target: LintTarget;
  /** The folder as a path with `/`, relative to the repository's root, without a slash at its end. */
  folder: string;
}

/** The report as text that ends in one line feed. */
export function render(format: Format, report: Report): string {
  switch (format) {
    case "human":
      return renderHuman(report);
    case "json":
      return jsonText(jsonReport(report));
    case "markdown":
      return renderMarkdown(report);
    case "sarif":
      return jsonText(sarif(report));
    case "codequality":
      return jsonText(codeQuality(report));
  }
}

function renderHuman({ findings, renamed, files, folder, target }: Report): string {
  const lines = [
    ...renamed.map(({ from, to }) => safeLine(`renamed ${pathIn(folder, from)} to ${to}`)),
    ...findings.map((found) => findingLine(found, folder)),
    summary(findings, files, target),
  ];
  return `${lines.join("\n")}\n`;
}

/** As a table, the errors first: a comment is read from its top. */
function renderMarkdown({ findings, files, folder, target }: Report): string {
  const rows = [...errorsOf(findings), ...findings.filter(({ severity }) => severity !== "error")].map(
    (found) => {
      const place = `${pathIn(folder, found.file)}:${found.line}`;
      const cells = [place, found.rule, found.message, found.fix].map(markdown);
      return `| ${found.severity === "error" ? "❌" : "⚠️"} | ${cells.join(" | ")} |`;
    },
  );
  const title = `## Migrations: ${markdown(summary(findings, files, target))}`;
  if (rows.length === 0) return `${title}\n`;
  return `${[title, "", "| | Where | Rule | What | What to do |", "| --- | --- | --- | --- | --- |", ...rows].join("\n")}\n`;
}

function summary(findings: readonly Finding[], files: number, target: LintTarget): string {
  const errors = errorsOf(findings).length;
  // Nothing of Postgres, which is what most folders are for.
  const as = target.dialect === "postgres" ? "" : ` as ${readAs(target)}`;
  const checked = `${counted(files, "file")} checked${as}`;
  if (findings.length === 0) return `${checked}, nothing found`;
  return `${checked}: ${counted(errors, "error")}, ${counted(findings.length - errors, "warning")}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function jsonReport({ findings, renamed, files, exitCode, folder, target }: Report) {
  return {
    schemaVersion: CHECK_SCHEMA,
    exitCode,
    dialect: target.dialect,
    files,
    renamed: renamed.map(({ from, to }) => ({ from: pathIn(folder, from), to: pathIn(folder, to) })),
    findings: findings.map(({ rule, severity, file, line, message, fix }) => ({
      rule,
      severity,
      path: pathIn(folder, file),
      line,
      message,
      fix,
    })),
  };
}

/** Each finding with a fingerprint that a shift of lines leaves as it is, and that no two findings share. */
function withFingerprints({ findings, folder }: Report): (Finding & { path: string; fingerprint: string })[] {
  const seen = new Map<string, number>();
  return findings.map((found) => {
    const path = pathIn(folder, found.file);
    const key = JSON.stringify([found.rule, path, found.subject]);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const fingerprint = createHash("sha256").update(`${key} ${nth}`).digest("hex");
    return { ...found, path, fingerprint };
  });
}

/** SARIF 2.1.0 (OASIS), with what GitHub's code scanning reads. */
function sarif(report: Report) {
  const ids = [...new Set(report.findings.map(({ rule }) => rule))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "ecs-migrate",
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: RULES[id].summary },
              defaultConfiguration: { level: RULES[id].severity },
            })),
          },
        },
        results: withFingerprints(report).map(
          ({ rule, severity, path, line, message, fix, fingerprint }) => ({
            ruleId: rule,
            ruleIndex: ids.indexOf(rule),
            level: severity,
            message: { text: `${message}. Fix: ${fix}.` },
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: encodeURI(path) }, region: { startLine: line } },
              },
            ],
            partialFingerprints: { "ecsMigrate/v1": fingerprint },
          }),
        ),
      },
    ],
  };
}

/** GitLab's code quality report: an array of findings in the manner of Code Climate. */
function codeQuality(report: Report) {
  return withFingerprints(report).map(({ rule, severity, path, line, message, fix, fingerprint }) => ({
    description: `${message}. Fix: ${fix}.`,
    check_name: rule,
    fingerprint,
    severity: severity === "error" ? "major" : "minor",
    location: { path, lines: { begin: line } },
  }));
}
