/** Names as queries need them. */
import { partsOf } from "../check/mysql/qualifiedName.ts";

/** A name for a query: always in backquotes, since a word such as `order` is reserved. */
export function identifier(name: string): string {
  return partsOf(name)
    .map((part) => `\`${part.replaceAll("`", "``")}\``)
    .join(".");
}

export function schemaOf(name: string): string {
  const [schema, ...rest] = partsOf(name);
  return rest.length > 0 ? quoted(schema ?? "") : "DATABASE()";
}

/** As a string of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
