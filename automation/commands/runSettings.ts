/** How long a run is watched and waited for, by the command's options. Pure. */
import type { RunOptions } from "../programOptions.ts";
import type { RunSettings } from "../runOperation.ts";

/** As long as `--wait` waits for another migration, in milliseconds. */
const WAIT_MS = 60 * 60 * 1000;

export function runSettings(options: RunOptions): RunSettings {
  return {
    timeoutMs: options.timeout,
    waitMs: options.wait ? WAIT_MS : 0,
    stopOnCancel: options.stopOnCancel,
  };
}
