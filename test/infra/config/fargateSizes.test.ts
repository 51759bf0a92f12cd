import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFargateMemory, FARGATE_CPU, fargateMemory } from "../../../infra/config/fargateSizes.ts";

test("Fargate's table: every cpu with its memory, by count and ends", () => {
  const table = FARGATE_CPU.map((cpu) => {
    const memory = fargateMemory(cpu);
    return [cpu, memory.length, memory[0], memory.at(-1)];
  });
  assert.deepEqual(table, [
    [256, 3, 512, 2048],
    [512, 4, 1024, 4096],
    [1024, 7, 2048, 8192],
    [2048, 13, 4096, 16384],
    [4096, 23, 8192, 30720],
    [8192, 12, 16384, 61440],
    [16384, 12, 32768, 122880],
  ]);
});

test("a cpu that Fargate does not know has no memory", () => {
  assert.deepEqual(fargateMemory(384), []);
});

test("a short list is told whole, a long one by its ends and step", () => {
  assert.equal(describeFargateMemory(256), "512, 1024, 2048");
  assert.equal(describeFargateMemory(1024), "2048 to 8192 in steps of 1024");
  assert.equal(describeFargateMemory(16384), "32768 to 122880 in steps of 8192");
});
