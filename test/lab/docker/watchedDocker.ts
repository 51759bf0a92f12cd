import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A `docker` before the real one on the PATH: it writes down each build and push, and can kill the engine that asked for it. */
export class WatchedDocker {
  readonly env: NodeJS.ProcessEnv;
  readonly #log: string;
  readonly #killer: string;

  constructor(folder: string, docker: string, path: string) {
    mkdirSync(folder);
    this.#log = join(folder, "calls");
    this.#killer = join(folder, "kill");
    const script = `#!/bin/sh
case "$1" in build | push) echo "$1" >> '${this.#log}' ;; esac
'${docker}' "$@" || exit
if [ "$1" = push ] && [ -e '${this.#killer}' ]; then
  kill -KILL "$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$PPID/status")" "$PPID"
fi
`;
    writeFileSync(join(folder, "docker"), script);
    chmodSync(join(folder, "docker"), 0o755);
    this.env = { PATH: `${folder}:${path}` };
  }

  /** The builds and pushes since the last {@link forget}, in order. */
  calls(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, "utf8").trim().split("\n") : [];
  }

  forget(): void {
    rmSync(this.#log, { force: true });
  }

  /** Whether a push that succeeded kills, with no chance to write anything, the provider that called it and its engine. */
  killAfterPush(kills: boolean): void {
    if (kills) writeFileSync(this.#killer, "");
    else rmSync(this.#killer, { force: true });
  }
}
