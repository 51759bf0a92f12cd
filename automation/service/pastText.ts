/** The deployments of a stack's services, as `history` prints them and gives them as JSON. Pure. */
import { clip } from "../text/clip.ts";
import { durationText } from "../text/duration.ts";
import { revisionName } from "../text/image.ts";
import { safeLine } from "../text/plainText.ts";
import { serviceDeploymentState } from "./deployment.ts";
import type { PastDeployment } from "./deployments.ts";

export interface Roll extends PastDeployment {
  /** Names. */
  readonly cluster: string;
  readonly service: string;
}

const HEADER = ["when (UTC)", "service", "revision", "result", "took"];

/** The widest line, in characters: as the runs above them. */
const WIDTH = 100;

/** A line a deployment, and one more for its reason if it did not go live; oldest first. */
export function rollLines(rolls: readonly Roll[]): string[] {
  const rows = rolls.map((roll) => [
    new Date(roll.createdAt).toISOString().slice(0, 16).replace("T", " "),
    clip(safeLine(roll.service), 40),
    clip(safeLine(roll.taskDefinition === null ? "?" : revisionName(roll.taskDefinition)), 40),
    resultOf(roll),
    roll.finishedAt === null ? "" : durationText(roll.finishedAt - roll.createdAt),
  ]);
  const widths = HEADER.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(HEADER), ...rows.flatMap((row, index) => [line(row), ...reasonLines(rolls[index])])];
}

function reasonLines(roll: Roll | undefined): string[] {
  if (!roll || roll.reason === null || roll.status === "SUCCESSFUL") return [];
  return [clip(`${" ".repeat(18)}${safeLine(roll.reason)}`, WIDTH)];
}

/** The words of a deploy's report: `live`, `rolledBack`, `failed`; else `in progress`. */
function resultOf({ status }: PastDeployment): string {
  if (status === "unknown") return status;
  const { kind } = serviceDeploymentState({ status });
  return kind === "inProgress" ? "in progress" : kind;
}

export function rollsJson(rolls: readonly Roll[]) {
  return rolls.map((roll) => ({
    at: new Date(roll.createdAt).toISOString(),
    finishedAt: roll.finishedAt === null ? null : new Date(roll.finishedAt).toISOString(),
    cluster: roll.cluster,
    service: roll.service,
    taskDefinition: roll.taskDefinition,
    result: resultOf(roll),
    status: roll.status,
    reason: roll.reason,
  }));
}
