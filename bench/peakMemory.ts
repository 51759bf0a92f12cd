/** Loaded into every Node process through NODE_OPTIONS: each writes its script and its peak memory down when it ends. */
import { appendFileSync } from "node:fs";

const file = process.env.BENCH_MEMORY;
if (file !== undefined)
  process.on("exit", () => {
    const peakMiB = process.resourceUsage().maxRSS / 1024;
    appendFileSync(file, `${JSON.stringify({ script: process.argv[1] ?? "", peakMiB })}\n`);
  });
