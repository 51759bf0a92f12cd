/** `db.table` as the reader gives it: parts with dots between, a part with a dot or a backquote of its own in backquotes. */

export function joinParts(parts: readonly string[]): string {
  return parts.map((part) => (/[.`]/.test(part) ? `\`${part.replaceAll("`", "``")}\`` : part)).join(".");
}

export function partsOf(name: string): string[] {
  return [...name.matchAll(/`(?<quoted>(?:[^`]|``)*)`|[^.]+/g)].map(
    ({ 0: part, groups }) => groups?.quoted?.replaceAll("``", "`") ?? part,
  );
}

/** `table` of `db.table`. */
export function lastPart(name: string): string {
  return partsOf(name).at(-1) ?? name;
}

/** Names of columns and keys are case-insensitive. */
export function sameName(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

export function hasName(names: readonly string[], name: string): boolean {
  return names.some((one) => sameName(one, name));
}
