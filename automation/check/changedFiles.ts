/** What became of the files that were shipped: gone, edited, renamed, or with other line ends. Pure. */

import type { ShippedMigration } from "../contract/outputs.ts";
import {
  type MigrationFile,
  type NamedMigrationFile,
  sha256,
  shippedFileName,
} from "../migrations/folder.ts";
import type { OrderRule } from "./rules.ts";

/** A checkout beside one record of what was shipped. */
export interface Shipment {
  checkout: readonly MigrationFile[];
  byVersion: ReadonlyMap<bigint, readonly NamedMigrationFile[]>;
  shipped: ReadonlyMap<bigint, ShippedMigration>;
  /** `stack prod`, as messages call it. */
  holder: string;
  /** The command that makes a new migration, as it is printed. */
  newCommand: string;
}

/** A finding before it has a severity. */
export interface Found {
  rule: OrderRule;
  file: string;
  version: bigint | null;
  message: string;
  fix: string;
}

/** What the record refuses or warns of, version by version. */
export function changedFiles(comparison: Shipment): Found[] {
  return [...comparison.shipped].flatMap(([version, shipped]) => {
    const files = comparison.byVersion.get(version) ?? [];
    const ups = files.filter(({ parsed }) => parsed.direction === "up");
    if (ups.length === 0) return [vanished(comparison, version, shipped)];
    // Of a version that is there twice, the pair that was shipped is the one to judge.
    const up = ups.find(({ bytes }) => sha256(bytes) === shipped.up) ?? ups[0];
    if (!up) return [];
    const problems: Found[] = [];
    if (onlyLineEnds(up.bytes, shipped.up)) problems.push(lineEnds(comparison, up, version));
    else if (sha256(up.bytes) !== shipped.up) problems.push(upEdited(comparison, up, version, shipped));
    else if (up.parsed.name !== shipped.name) problems.push(nameChanged(up, version, shipped));
    return [...problems, ...downChanged(comparison, files, version, shipped)];
  });
}

function vanished(comparison: Shipment, version: bigint, shipped: ShippedMigration): Found {
  const file = shippedFileName(shipped, "up");
  const twin = twinOf(comparison, shipped);
  return {
    rule: "vanished",
    file,
    version,
    message: `${comparison.holder} has shipped version ${shipped.digits ?? version} (${shipped.name}), and its up file is gone`,
    fix: twin
      ? `${twin.file} holds the same SQL and would run again: rename it back to ${file}`
      : "restore the file, with its down file; undo it by a new migration",
  };
}

/** A file that is not shipped and holds the SQL of one that is: the same migration under a new number. */
function twinOf({ checkout, shipped: record }: Shipment, shipped: ShippedMigration) {
  return checkout.find(
    ({ parsed, bytes }) =>
      parsed?.direction === "up" && !record.has(parsed.version) && sha256(bytes) === shipped.up,
  );
}

/** Whether a file is another one only by CRLF in the place of LF, or the other way around. */
export function onlyLineEnds(bytes: Uint8Array, shipped: string): boolean {
  if (sha256(bytes) === shipped) return false;
  const text = Buffer.from(bytes).toString("latin1").replaceAll("\r\n", "\n");
  return [text, text.replaceAll("\n", "\r\n")].some((one) => sha256(Buffer.from(one, "latin1")) === shipped);
}

function lineEnds({ holder }: Shipment, { file, bytes }: NamedMigrationFile, version: bigint): Found {
  const [ends, line] = Buffer.from(bytes).includes("\r\n")
    ? ["CRLF", "`*.sql text eol=lf` into .gitattributes"]
    : // Others may have been shipped with LF, so each such file has its own line.
      ["LF", `\`${file} text eol=crlf\` into .gitattributes, a line for each such file`];
  return {
    rule: "line-ends",
    file,
    version,
    message: `only the line ends differ from what ${holder} has shipped: this checkout has ${ends}`,
    fix: `put ${line}, run git add --renormalize ., and check the files out again`,
  };
}

function upEdited(
  comparison: Shipment,
  up: NamedMigrationFile,
  version: bigint,
  shipped: ShippedMigration,
): Found {
  const named = up.parsed.name === shipped.name ? "" : `, where it is called ${shipped.name},`;
  return {
    rule: "up-edited",
    file: up.file,
    version,
    message: `version ${up.parsed.digits} differs from what ${comparison.holder} has shipped${named} and will not run again there`,
    fix: `restore the file as it was shipped, and put the change into a new migration (${comparison.newCommand})`,
  };
}

function nameChanged(up: NamedMigrationFile, version: bigint, shipped: ShippedMigration): Found {
  return {
    rule: "renamed",
    file: up.file,
    version,
    message: `version ${up.parsed.digits} was shipped as ${shipped.name}; its SQL is the same`,
    fix: `rename it back to ${shippedFileName(shipped, "up")}, so that the history keeps one name for it`,
  };
}

/** A down file that came later is a repair; one that changed or went is not what a rollback was tried with. */
function downChanged(
  comparison: Shipment,
  files: readonly NamedMigrationFile[],
  version: bigint,
  shipped: ShippedMigration,
): Found[] {
  if (shipped.down === null) return [];
  const { holder } = comparison;
  const downs = files.filter(({ parsed }) => parsed.direction === "down");
  if (downs.some(({ bytes }) => sha256(bytes) === shipped.down)) return [];
  const down = downs[0];
  if (down && onlyLineEnds(down.bytes, shipped.down)) return [lineEnds(comparison, down, version)];
  return [
    {
      rule: "down-edited",
      file: down?.file ?? shippedFileName(shipped, "down"),
      version,
      message: down
        ? `the down file of version ${shipped.digits ?? version} differs from what ${holder} has shipped`
        : `${holder} has shipped a down file for version ${shipped.digits ?? version}, and it is gone`,
      fix: "restore it as it was shipped; where the edit repairs the way back, allow it with --disable down-edited",
    },
  ];
}
