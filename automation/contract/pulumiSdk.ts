import { createRequire } from "node:module";

/**
 * Has Pulumi's SDK load TypeScript and npm's own code at their first use, which is never: they serve functions and
 * packages that a program serializes for the cloud, and are 1,000 files of the 1,100 that the SDK loads.
 *
 * To be called before `@pulumi/pulumi` or its Automation API is imported. The entries stand in for the modules in
 * `require.cache` (Node.js documentation, Modules, require.cache: "Adding or replacing entries is also possible").
 *
 * @param names modules as the SDK's own files name them
 */
export function deferUnusedOfPulumi(
  names: readonly string[] = ["./typescript-shim.js", "@npmcli/arborist"],
): void {
  const ofPulumi = createRequire(import.meta.resolve("@pulumi/pulumi/package.json"));
  for (const name of names) loadAtFirstUse(ofPulumi, name);
}

function loadAtFirstUse(require: NodeJS.Require, name: string): void {
  const path = pathOf(require, name);
  if (path === undefined || require.cache[path] !== undefined) return;
  const load = (): object => {
    if (require.cache[path] === placeholder) delete require.cache[path];
    return require(path) as object;
  };
  const exports = new Proxy(
    {},
    {
      // TypeScript's helper for `import * as` asks for it before it copies the names.
      get: (_, key) => key === "__esModule" || Reflect.get(load(), key),
      has: (_, key) => Reflect.has(load(), key),
    },
  );
  const placeholder = { id: path, filename: path, loaded: true, exports } as NodeJS.Module;
  require.cache[path] = placeholder;
}

/** Undefined in a release of the SDK that has no such module: then there is nothing to put off. */
function pathOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
