/**
 * Which cpu and memory a Fargate task may have together.
 *
 * Source: Amazon ECS Developer Guide, "Task CPU and memory" under "Amazon ECS task definition differences for Fargate".
 * cpu in CPU units (1024 = one vCPU), memory in MiB. Windows sizes are left out: golang-migrate runs in Linux containers.
 */
const GIB = 1024;

const MEMORY_BY_CPU: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, GIB, 2 * GIB]],
  [512, range(1, 4, 1)],
  [1024, range(2, 8, 1)],
  [2048, range(4, 16, 1)],
  [4096, range(8, 30, 1)],
  [8192, range(16, 60, 4)],
  [16384, range(32, 120, 8)],
]);

/** The cpu values that Fargate knows, ascending. */
export const FARGATE_CPU: readonly number[] = [...MEMORY_BY_CPU.keys()];

/**
 * @param cpu CPU units
 * @returns the memory values, in MiB, that Fargate takes with that cpu; empty if it does not know the cpu
 */
export function fargateMemory(cpu: number): readonly number[] {
  return MEMORY_BY_CPU.get(cpu) ?? [];
}

/** The memory values as a reader wants them: all of a short list, the ends and the step of a long one. */
export function describeFargateMemory(cpu: number): string {
  const values = fargateMemory(cpu);
  if (values.length <= 3) return values.join(", ");
  const [first = 0, second = 0] = values;
  return `${first} to ${values.at(-1)} in steps of ${second - first}`;
}

function range(fromGib: number, toGib: number, stepGib: number): readonly number[] {
  const count = (toGib - fromGib) / stepGib + 1;
  return Array.from({ length: count }, (_, index) => (fromGib + index * stepGib) * GIB);
}
