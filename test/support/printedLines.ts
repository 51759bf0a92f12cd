/** The command lines that the README, the documents and the messages print for a user of the project's, ready for a shell. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandFor } from "../../automation/text/commandLine.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..");

/** Of whoever works on the project itself, or about measuring it. */
const NOT_FOR_USERS = ["docs/performance.md", "docs/migrator.md", "docs/lab.md"];

const LINE =
  /(?<![\w/"<-])((?:npx (?:--prefix \S+ )?ecs-migrate|npm run bootstrap --|printf %s '[^']*' \| aws|aws [a-z]+ [a-z]|pulumi [a-z])[^`\n|]*)/g;

/** One form of a line, whichever stack its page names: every line is run on `stage`. */
export function normalized(line: string): string {
  return line
    .replace(/\s+#.*$/, "")
    .replace(/npx --prefix \S+ /, "npx ")
    .replace(/--stack (local|prod)\b/g, "--stack stage")
    .replace(/--yes local\b/, "--yes stage")
    .replace(/-s prod\b/, "-s stage")
    .replace(/--against (prod|stage,prod)\b/, "--against stage")
    .replace(/\\$/, "")
    .replace(/(\)| says where\)?:?)?[.,;:]?\s*$/, "");
}

/** Each printed line once, to where it is printed. What is only a name in a sentence (`pulumi up`) is none. */
export function printedLines(): Map<string, string> {
  const pages = readdirSync(join(CHECKOUT, "docs")).map((file) => `docs/${file}`);
  const found = new Map<string, string>();
  for (const page of ["README.md", ...pages].filter((name) => !NOT_FOR_USERS.includes(name))) {
    const text = readFileSync(join(CHECKOUT, page), "utf8");
    for (const [, line = ""] of text.matchAll(LINE))
      if (!isName(line)) found.set(normalized(line), found.get(normalized(line)) ?? page);
  }
  return found;
}

/** `pulumi up`, `aws ecs wait`, `npx ecs-migrate <command>`: what is meant, not what is typed. */
function isName(line: string): boolean {
  return !/ -s |--stack|--dir|--base|--against|--name|--key-id|alias-name|--task-def|ecs-migrate new|rm stage/.test(
    line,
  );
}

/** What messages print by `commandFor`; what is filled in becomes a version that no migration has. */
export function messageLines(): Set<string> {
  const files = readdirSync(join(CHECKOUT, "automation"), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts") && !file.endsWith("commandLine.ts"));
  const lines = sources.flatMap((file) => {
    const text = readFileSync(join(CHECKOUT, "automation", file), "utf8");
    return [...text.matchAll(/commandFor\((?:"([^"]*)"|`([^`]*)`)/g)].map(([, plain, template]) =>
      commandFor(plain ?? (template ?? "").replace(/\$\{[^}]*\}/g, "7"), "stage"),
    );
  });
  return new Set(lines);
}
