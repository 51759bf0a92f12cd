/** Which locks on a table exclude each other. Pure. */

/** Postgres's manual, table 13.2 "Conflicting Lock Modes": the modes that each one waits for. */
const CONFLICTS: Readonly<Record<string, readonly string[]>> = {
  AccessShare: ["AccessExclusive"],
  RowShare: ["Exclusive", "AccessExclusive"],
  RowExclusive: ["Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"],
  ShareUpdateExclusive: [
    "ShareUpdateExclusive",
    "Share",
    "ShareRowExclusive",
    "Exclusive",
    "AccessExclusive",
  ],
  Share: ["RowExclusive", "ShareUpdateExclusive", "ShareRowExclusive", "Exclusive", "AccessExclusive"],
  ShareRowExclusive: [
    ...["RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive", "AccessExclusive"],
  ],
  Exclusive: [
    ...["RowShare", "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive", "Exclusive"],
    "AccessExclusive",
  ],
  AccessExclusive: [
    ...["AccessShare", "RowShare", "RowExclusive", "ShareUpdateExclusive", "Share", "ShareRowExclusive"],
    ...["Exclusive", "AccessExclusive"],
  ],
};

/**
 * @param wanted of the statement: `ACCESS EXCLUSIVE`
 * @param held of a session, as the server writes it: `RowExclusiveLock`
 */
export function conflicts(engine: "postgres" | "mysql", wanted: string, held: string): boolean {
  // An exclusive metadata lock waits for whoever has used the table in an open transaction.
  if (engine === "mysql") return wanted !== "row locks";
  return (CONFLICTS[camelCase(wanted)] ?? []).includes(held.replace(/Lock$/, ""));
}

/** `ACCESS EXCLUSIVE` as `AccessExclusive`. */
function camelCase(mode: string): string {
  return mode
    .split(" ")
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join("");
}
