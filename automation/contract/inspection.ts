/** What `inspect` found in the database; docs/migrator.md describes each field. An older image's has fewer. */
import * as v from "valibot";

const count = v.pipe(v.number(), v.minValue(0));
const text = v.nullable(v.string());

const session = {
  /** 0: a prepared transaction, which no session has open. */
  pid: v.number(),
  application: text,
  user: text,
  state: text,
  ageMs: v.nullable(v.number()),
  kind: text,
};

const holds = v.optional(
  v.array(v.object({ schema: v.string(), table: v.string(), mode: v.string() })),
  () => [],
);

const inspection = v.object({
  server: v.optional(
    v.object({
      version: v.string(),
      readOnly: v.boolean(),
      cacheBytes: count,
      /** Milliseconds for a fixed piece of work; 0: not measured. */
      speedMs: count,
    }),
  ),
  tables: v.array(
    v.object({
      schema: v.string(),
      name: v.string(),
      rows: count,
      bytes: count,
      toastBytes: v.optional(count, 0),
      indexBytes: v.optional(count, 0),
      indexes: v.optional(count, 1),
    }),
  ),
  tablesOmitted: v.optional(count, 0),
  invalidIndexes: v.array(
    v.object({
      schema: v.string(),
      name: v.string(),
      table: v.string(),
      building: v.optional(v.boolean(), false),
    }),
  ),
  transactions: v.array(v.object({ ...session, holds })),
  blockers: v.array(
    v.object({
      session: v.object(session),
      waiting: count,
      waitedMs: v.optional(v.nullable(v.number()), null),
      holds,
    }),
  ),
  replicas: v.optional(
    v.array(v.object({ name: v.string(), state: v.string(), lagMs: v.nullable(v.number()) })),
    () => [],
  ),
  unknown: v.optional(v.array(v.object({ what: v.string(), why: v.string() })), () => []),
});

export type Inspection = v.InferOutput<typeof inspection>;
export type InspectedTable = Inspection["tables"][number];

/** Reads what a result line holds of it; null if it holds none that can be read. */
export function readInspection(value: unknown): Inspection | null {
  const parsed = v.safeParse(inspection, value);
  return parsed.success ? parsed.output : null;
}
