/** Loaded into every Node process through NODE_OPTIONS: each writes its script, peak memory and CPU time down when it ends. */
import { appendFileSync } from "node:fs";

const file = process.env.BENCH_MEMORY;
if (file !== undefined)
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuMs = (userCPUTime + systemCPUTime) / 1_000;
    appendFileSync(
      file,
      `${JSON.stringify({ script: process.argv[1] ?? "", peakMiB: maxRSS / 1024, cpuMs })}\n`,
    );
  });
