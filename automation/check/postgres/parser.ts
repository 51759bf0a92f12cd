/** Postgres's own parser as WebAssembly (libpg-query, 1.8 MB): loaded at the first use, so that nobody else pays for it. */
type Parser = typeof import("libpg-query");

let loaded: Parser | undefined;

export async function loadParser(): Promise<Parser> {
  if (!loaded) {
    const parser = await import("libpg-query");
    await parser.loadModule();
    loaded = parser;
  }
  return loaded;
}

/** @throws {Error} before {@link loadParser} has ended */
export function parser(): Parser {
  if (!loaded) throw new Error("the parser is not loaded yet");
  return loaded;
}
