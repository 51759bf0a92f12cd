/** SET: which variables, in which scope. */
import type { Assignment } from "./statementBody.ts";
import { TokenReader } from "./tokenReader.ts";

/** Reads what follows SET. */
export function readAssignments(reader: TokenReader): Assignment[] {
  if (reader.take("NAMES") || reader.take("CHARACTER", "SET") || reader.take("CHARSET"))
    return [{ scope: "session", name: "names", value: reader.name() ?? "" }];
  const assignments: Assignment[] = [];
  let scope: Assignment["scope"] = "session";
  while (!reader.isAtEnd) {
    const part = new TokenReader(reader.untilComma());
    reader.next();
    const word = part.takeAny(["SESSION", "LOCAL", "GLOBAL", "PERSIST", "PERSIST_ONLY"]);
    if (word !== undefined) scope = word === "SESSION" || word === "LOCAL" ? "session" : "global";
    const name = part.next();
    if (!part.take("=") && !part.take(":=")) continue;
    const value = part
      .rest()
      .map((token) => (token.kind === "string" ? token.value : token.text))
      .join(" ");
    assignments.push(assignment(scope, name?.text.toLowerCase() ?? "", value));
  }
  return assignments;
}

function assignment(scope: Assignment["scope"], text: string, value: string): Assignment {
  if (!text.startsWith("@")) return { scope, name: text.replaceAll("`", ""), value };
  const match = /^@@(?:(?<scope>global|session|local|persist|persist_only)\.)?(?<name>.*)$/.exec(text);
  if (!match?.groups) return { scope: "user", name: text, value };
  const named = match.groups.scope;
  const isGlobal = named === "global" || named === "persist" || named === "persist_only";
  return { scope: isGlobal ? "global" : "session", name: match.groups.name ?? "", value };
}
