/** What a run takes from the process and from the command's options. */

import { callerName } from "../aws/caller.ts";
import type { CommandContext } from "../cli/context.ts";
import type { RunOptions } from "../cli/options.ts";
import { originOf } from "../cli/origin.ts";
import type { RunBase, RunSettings } from "../run/runOperation.ts";
import { systemClock } from "../task/clock.ts";

/** As long as `--wait` waits for another migration, in milliseconds. */
const WAIT_MS = 60 * 60 * 1000;

export function runBase(
  { env, signal, terminal }: CommandContext,
  stack: string,
  settings: RunSettings,
): RunBase {
  const origin = originOf(env);
  return { stack, clock: systemClock, terminal, origin, env, settings, signal, askCaller: callerName };
}

/** How long a run is watched and waited for. Pure. */
export function runSettings(options: RunOptions): RunSettings {
  return {
    timeoutMs: options.timeout,
    waitMs: options.wait ? WAIT_MS : 0,
    stopOnCancel: options.stopOnCancel,
    capacityWaitMs: options.capacityWait,
  };
}
