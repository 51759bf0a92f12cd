/** Names as the reader of check gives them: parts with dots between, in backquotes where the part has one of its own. */

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

export function nameOf(name: string): string {
  return partsOf(name).at(-1) ?? name;
}

/** As a string of SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function partsOf(name: string): string[] {
  return [...name.matchAll(/`(?<quoted>(?:[^`]|``)*)`|[^.]+/g)].map(
    ({ 0: part, groups }) => groups?.quoted?.replaceAll("``", "`") ?? part,
  );
}
