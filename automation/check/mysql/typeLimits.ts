/** Lengths and scales that a type does not have, whatever the table is. Asked of MySQL 8.0.33 and MariaDB 10.11. */
import type { ColumnDefinition } from "./columnDefinition.ts";
import type { BrokenRule } from "./effect.ts";
import { refusal } from "./refusal.ts";
import type { ServerVersion } from "./serverVersion.ts";

export function refusedTypes(columns: readonly ColumnDefinition[], server: ServerVersion): BrokenRule[] {
  return columns.flatMap(({ name, type }) => {
    const limit = passedLimit(type, server);
    if (!limit) return [];
    const words = `${type.name}(${type.args.join(", ")}) of column ${name} ${limit.what}`;
    return [refusal(server, name, words, limit.error, "write one that the type has")];
  });
}

interface Limit {
  readonly what: string;
  readonly error: number;
}

function passedLimit({ name, args }: ColumnDefinition["type"], { engine }: ServerVersion): Limit | undefined {
  const [first, second] = args.map(Number);
  if (first === undefined) return undefined;
  const above = (max: number, error: number): Limit | undefined =>
    first > max ? { what: `has a length above ${max}`, error } : undefined;
  if (/^(?:DECIMAL|FLOAT|DOUBLE)$/.test(name) && second !== undefined) {
    const scale = engine === "mysql" || name !== "DECIMAL" ? 30 : 38;
    if (second > scale) return { what: `has a scale above ${scale}`, error: 1425 };
    if (second > first && first > 0)
      return { what: "has more digits behind the point than in all", error: 1427 };
  }
  if (name === "DECIMAL") return above(65, 1426);
  if (name === "FLOAT" && second === undefined) return above(53, 1063);
  if (/^(?:DATETIME|TIMESTAMP|TIME)$/.test(name)) return above(6, 1426);
  if (name === "BIT") return above(64, 1439);
  return /^(?:(?:TINY|SMALL|MEDIUM|BIG)?INT|FLOAT|DOUBLE)$/.test(name) ? above(255, 1439) : undefined;
}
