const PARENT_CHECK_MS = 500;

/** An engine that is killed says no good-bye; whoever inherits its provider has another process id. */
export function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_CHECK_MS).unref();
}
