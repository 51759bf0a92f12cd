/** Names, dates and pairs: what can be told from the list of files alone. */
import {
  groupByVersion,
  type MigrationFileName,
  type NamedMigrationFile as NamedFile,
} from "../migrations/folder.ts";
import { kindOf, LARGEST_VERSION, momentOf, schemeOf } from "../migrations/version.ts";
import { type Finding, finding } from "./finding.ts";

/** How far ahead of the clock (UTC) a version may be: time zones and a date for tomorrow's deploy. */
const FUTURE_MS = 2 * 24 * 3600 * 1000;

/**
 * Checks each file's name and each version's pair.
 *
 * @param files those that golang-migrate reads
 * @param now the clock, UTC
 */
export function checkNames(files: readonly NamedFile[], now: Date): Finding[] {
  const digits = files.map(({ parsed }) => parsed.digits);
  const dated = digits.some((one) => kindOf(one) === "date") && schemeOf(digits).kind === "date";
  return [
    ...files.flatMap((file) => checkName(file, dated, now)),
    ...checkPairs(files),
    ...checkWidths(files.filter(({ parsed }) => kindOf(parsed.digits) === "date")),
  ];
}

function checkName({ file, parsed }: NamedFile, dated: boolean, now: Date): Finding[] {
  const findings = checkDate(file, parsed, dated, now);
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(parsed.name)) {
    findings.push(
      finding(
        "file-name",
        { file },
        parsed.name === ""
          ? "the name between version and direction is empty"
          : `the name ${JSON.stringify(parsed.name)} is not of lower-case letters, digits and underscores`,
        "name it by what it does: add_users_email",
      ),
    );
  }
  if (parsed.extension !== "sql") {
    findings.push(
      finding(
        "extension",
        { file },
        `golang-migrate runs this file too: it takes anything after .${parsed.direction}.`,
        "move copies and backups out of the folder, or end the name in .sql",
      ),
    );
  }
  return findings;
}

/** Of a folder whose versions are dates: `2026112` is taken for one that lost a digit. A sequence before the dates is none. */
const MAIMED_DATE = /^20\d{3,5}$|^20\d{7}$|^20\d{9}$|^20\d{11}$/;

function checkDate(
  file: string,
  { digits, version }: MigrationFileName,
  dated: boolean,
  now: Date,
): Finding[] {
  if (version > LARGEST_VERSION) {
    const message = `version ${digits} is above ${LARGEST_VERSION}, the largest that a stack can record`;
    return [finding("version-size", { file }, message, "use YYYYMMDDHHMMSS in UTC")];
  }
  const moment = momentIn(digits);
  if (moment === "impossible" && kindOf(digits) === "date") {
    return [
      finding(
        "impossible-date",
        { file },
        `version ${digits} is no date`,
        "leave it if it has run; otherwise use the date and time (UTC) of today",
      ),
    ];
  }
  if (dated && MAIMED_DATE.test(digits) && momentOf(digits) === undefined) {
    return [
      finding(
        "version-format",
        { file },
        `version ${digits} has ${digits.length} digits, where the folder's others are dates; it runs before them all`,
        "use YYYYMMDDHHMMSS in UTC (npx ecs-migrate new NAME creates one)",
      ),
    ];
  }
  if (typeof moment !== "number" || moment - now.getTime() <= FUTURE_MS) return [];
  return [
    finding(
      "future-date",
      { file },
      `version ${digits} lies ${Math.floor((moment - now.getTime()) / 86_400_000)} days ahead; until then every new migration is late`,
      "use the date and time (UTC) of today",
    ),
  ];
}

/** Dates with more digits than seconds, and seconds since 1970, are moments too. */
function momentIn(digits: string): ReturnType<typeof momentOf> {
  if (kindOf(digits) === "epoch") return Number(digits) * (digits.length === 10 ? 1000 : 1);
  if (kindOf(digits) !== "date") return undefined;
  return momentOf(digits.length > 14 ? digits.slice(0, 14) : digits);
}

function checkPairs(files: readonly NamedFile[]): Finding[] {
  return [...groupByVersion(files).values()].flatMap((all) => {
    const ups = all.filter(({ parsed }) => parsed.direction === "up");
    const downs = all.filter(({ parsed }) => parsed.direction === "down");
    const up = ups[0];
    const down = downs[0];
    if (up && !down) return [missing("missing-down", up)];
    if (down && !up) return [missing("missing-up", down)];
    // Of a version that is there twice, `duplicate-version` says enough.
    if (!up || !down || all.length > 2 || up.parsed.name === down.parsed.name) return [];
    return [
      finding(
        "pair-name",
        { file: down.file },
        `version ${up.parsed.digits} goes up as ${up.parsed.name} and down as ${down.parsed.name}`,
        `rename to ${down.parsed.digits}_${up.parsed.name}.down.sql`,
      ),
    ];
  });
}

/** golang-migrate 4.20.1 takes a missing half for an empty one: it moves the version and runs nothing. */
function missing(rule: "missing-up" | "missing-down", there: NamedFile): Finding {
  const { digits, name } = there.parsed;
  const direction = rule === "missing-up" ? "up" : "down";
  return finding(
    rule,
    { file: there.file },
    `version ${digits} has no ${direction} file; golang-migrate would move the version and change nothing`,
    rule === "missing-up"
      ? `add ${digits}_${name}.up.sql`
      : `add ${digits}_${name}.down.sql; if the folder has no down files by choice, put ecs-migrate:checkDisable: [missing-down] into the stack's configuration`,
  );
}

/** Each file whose date is later than another's while its number is lower; one finding a file. */
function checkWidths(files: readonly NamedFile[]): Finding[] {
  const dated = files
    .map((file) => ({ file, moment: momentOf(file.parsed.digits) }))
    .filter((entry): entry is { file: NamedFile; moment: number } => typeof entry.moment === "number")
    .sort((a, b) => a.moment - b.moment);
  const findings: Finding[] = [];
  let highest: NamedFile | undefined;
  for (const { file } of dated) {
    if (!highest || file.parsed.version >= highest.parsed.version) {
      highest = file;
      continue;
    }
    // A day without a time says nothing of the order within that day.
    if (highest.parsed.digits.startsWith(file.parsed.digits)) continue;
    findings.push(
      finding(
        "mixed-widths",
        { file: file.file },
        `version ${file.parsed.version} runs before ${highest.parsed.version}, though its date is later: the shorter number is the lower one`,
        `write it with ${highest.parsed.digits.length} digits`,
      ),
    );
  }
  return findings;
}
