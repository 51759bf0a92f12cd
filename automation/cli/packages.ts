/** The packages of package.json must be installed before anything that needs them is loaded. */

/**
 * The sentence for a checkout without its packages; undefined if they are there. Call it before the first import of a
 * package, so that Node does not end the process with a stack trace of its own.
 *
 * @param resolve finds a package, and throws if it is not installed
 * @param home the folder of package.json
 */
export function missingPackages(resolve: (name: string) => unknown, home: string): string | undefined {
  try {
    resolve("commander");
    return undefined;
  } catch {
    return `The packages are not installed: run \`npm ci\` in ${home}, then the same command again`;
  }
}
