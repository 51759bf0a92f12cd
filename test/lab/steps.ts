import { LabError } from "./labError.ts";

/** Takes one finished line; the demo prints it, a test keeps it. */
export type Report = (line: string) => void;

/**
 * Runs one part of the preparation and reports one line with its time.
 *
 * @param describe what the line says besides the name, from the part's result
 * @throws what `work` throws, after a line that says which part failed
 */
export async function step<T>(
  report: Report,
  name: string,
  work: () => Promise<T>,
  describe: (result: T) => string = () => "ready",
): Promise<T> {
  const start = performance.now();
  try {
    const result = await work();
    report(stepLine(name, performance.now() - start, describe(result)));
    return result;
  } catch (error) {
    report(stepLine(name, performance.now() - start, ending(error)));
    throw error;
  }
}

function ending(error: unknown): string {
  if (error instanceof LabError) return "not available";
  return error instanceof Error && error.name === "AbortError" ? "stopped" : "failed";
}

/** `  12.3 s  name: text`, the time right-aligned so that the lines read as a table. */
export function stepLine(name: string, milliseconds: number, text: string): string {
  return `${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${name}: ${text}`;
}

/** What must be undone at the end, in the opposite order of its making. */
export class Cleanup {
  readonly #tasks: { name: string; undo: () => Promise<void> | void }[] = [];

  add(name: string, undo: () => Promise<void> | void): void {
    this.#tasks.push({ name, undo });
  }

  /**
   * Undoes everything once; one failure keeps none of the others from being undone.
   *
   * @throws {AggregateError} naming what could not be undone
   */
  async run(): Promise<void> {
    const errors: Error[] = [];
    for (let task = this.#tasks.pop(); task !== undefined; task = this.#tasks.pop()) {
      try {
        await task.undo();
      } catch (error) {
        errors.push(new Error(`${task.name} could not be stopped`, { cause: error }));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map((error) => error.message).join("; "));
  }
}
