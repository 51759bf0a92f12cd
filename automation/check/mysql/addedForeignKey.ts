/** A foreign key that a statement adds: what its own table and the other one must have. Asked of both servers. */
import { charsetOfColumn } from "./charset.ts";
import { typeText } from "./columnChange.ts";
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { BrokenRule } from "./effect.ts";
import { sameName } from "./qualifiedName.ts";
import type { SchemaMemory } from "./schemaMemory.ts";
import type { ForeignKeyDefinition } from "./tableElements.ts";
import { startsWith, type TableFacts } from "./tableFacts.ts";

/** @param own the table of the key as the statement leaves it; undefined when no file made it */
export function addedKey(
  table: string,
  key: ForeignKeyDefinition,
  own: TableFacts | undefined,
  memory: SchemaMemory,
  isOff: boolean,
): BrokenRule[] {
  const { name, columns, references, referenced, setsNull } = key;
  const subject = name ?? columns.join(", ");
  const say = (message: string, fix: string): BrokenRule[] => [
    { rule: "foreign-key-refused", subject, message, fix },
  ];
  const parent = references === table ? own : memory.tableOf(references);
  const missing = own?.known ? columns.find((column) => !own.columns.has(column.toLowerCase())) : undefined;
  if (missing !== undefined)
    return say(`${table} has no column ${missing} for its foreign key (error 1072)`, "correct the name");
  if (referenced.length > 0 && referenced.length !== columns.length)
    return say(
      `the foreign key has ${columns.length} columns and references ${referenced.length} of ${references} (error 1239)`,
      "name as many on both sides",
    );
  if (own?.partitioned || parent?.partitioned)
    return say(
      `${own?.partitioned ? table : references} is partitioned, and InnoDB has no foreign keys of or to a partitioned table (error 1506)`,
      "leave the foreign key out, or the partitions",
    );
  const required = setsNull && columns.find((column) => own?.columns.get(column.toLowerCase())?.notNull);
  if (required)
    return say(
      `${required} is NOT NULL, and the foreign key sets it to NULL (errors 1830 and 1005)`,
      NULLABLE,
    );
  if (!isOff && memory.isGone(references) && references !== table)
    return say(
      `an earlier statement has dropped or renamed ${references} (errors 1824 and 1005)`,
      "write the name that it has now",
    );
  const unknown = parent?.known
    ? referenced.find((one) => !parent.columns.has(one.toLowerCase()))
    : undefined;
  if (unknown !== undefined && !isOff)
    return say(`${references} has no column ${unknown} (errors 3734 and 1005)`, "correct the name");
  if (unknown === undefined && parent?.known && referenced.length > 0 && !isServed(parent, referenced))
    return say(
      `no index of ${references} begins with ${referenced.join(", ")} (errors 1822 and 1005)`,
      `add a unique key on ${referenced.join(", ")} to ${references} first`,
    );
  return [...nameTaken(key, table, memory), ...unlike(key, own, memory)].slice(0, 1);
}

const NULLABLE = "make the column NULL, or take ON DELETE CASCADE or RESTRICT";

/** Names of foreign keys are those of the database; one with a dot in the table's name may be of another. */
function nameTaken({ name }: ForeignKeyDefinition, table: string, memory: SchemaMemory): BrokenRule[] {
  const other = memory.foreignKeys.find((key) => name !== undefined && sameName(key.name, name));
  if (!other || `${table}${other.table}`.includes(".")) return [];
  const message = `${other.table} has a foreign key ${name} already, and the name is one of the whole database (errors 1826 and 1005)`;
  return [{ rule: "foreign-key-refused", subject: name ?? "", message, fix: "take another name" }];
}

/** Whether an index begins with these columns; InnoDB adds those of the primary key behind the index's own. */
export function isServed({ indexes }: TableFacts, columns: readonly string[]): boolean {
  const primary = indexes.get("primary")?.columns ?? [];
  return [...indexes.values()].some(
    (index) =>
      index.kind !== "fulltext" &&
      index.kind !== "spatial" &&
      startsWith([...index.columns, ...primary], columns) &&
      columns.every((_, at) => index.lengths[at] === undefined),
  );
}

const WHOLE_NUMBERS = /INT$/;

/** Whole numbers must be of one size and sign; of other types the lengths may differ, and those are not compared. */
export function isAlike(one: ColumnDefinition, other: ColumnDefinition): boolean {
  if (!WHOLE_NUMBERS.test(one.type.name) && !WHOLE_NUMBERS.test(other.type.name)) return true;
  return one.type.name === other.type.name && one.type.unsigned === other.type.unsigned;
}

function unlike(
  { name, columns, references, referenced }: ForeignKeyDefinition,
  own: TableFacts | undefined,
  memory: SchemaMemory,
): BrokenRule[] {
  const other = memory.tableOf(references);
  return columns.flatMap((column, at) => {
    const child = own?.columns.get(column.toLowerCase());
    const parent = other?.columns.get((referenced[at] ?? "").toLowerCase());
    if (!child || !parent) return [];
    const [charset, wanted] = [charsetOfColumn(child, own), charsetOfColumn(parent, other)];
    if (
      /CHAR$/.test(child.type.name) &&
      charset !== undefined &&
      wanted !== undefined &&
      charset !== wanted
    ) {
      const message = `${column} has the character set ${charset} and ${references}.${parent.name} ${wanted}: a foreign key needs one (errors 3780 and 1005)`;
      return [
        {
          rule: "foreign-key-refused",
          subject: name ?? column,
          message,
          fix: `convert one of them to ${wanted === "utf8mb4" ? wanted : charset} first`,
        },
      ];
    }
    if (isAlike(child, parent)) return [];
    const message = `${column} is ${typeText(child)} and ${references}.${parent.name} is ${typeText(parent)}: a foreign key needs one type and sign (errors 3780 and 1005)`;
    const fix = `give ${column} the type ${typeText(parent)}`;
    return [{ rule: "foreign-key-refused", subject: name ?? column, message, fix }];
  });
}
