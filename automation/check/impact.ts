/** The heavier of what statements do to others, for either database. */
import type { Impact } from "./sqlDialect.ts";

const RANK: Record<Impact, number> = { none: 0, some: 1, long: 2 };

interface Weight {
  readonly lock: Impact;
  readonly duration: Impact;
}

/** The heaviest of all effects. */
export function heaviest(effects: readonly Weight[]): Weight {
  return effects.reduce<Weight>(
    (sum, { lock, duration }) => ({ lock: worse(sum.lock, lock), duration: worse(sum.duration, duration) }),
    { lock: "none", duration: "none" },
  );
}

function worse(a: Impact, b: Impact): Impact {
  return RANK[a] >= RANK[b] ? a : b;
}
