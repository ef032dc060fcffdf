import { expect, test } from "vitest";
import { openDevice, ShaderError } from "./index.ts";

const device = await openDevice();
const head = ["@group(0) @binding(0) var<storage, read_write> y: array<f32>;", "var<workgroup> tile: array<f32, 64>;"];

/** What becomes of a shader of one written binding. */
async function failureOf(label: string, source: string): Promise<string> {
  const error = await device.pipelines.get(label, source, { reads: 0, writes: 1 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ShaderError);
  expect(error).toMatchObject({ source });
  device.throwIfFailed();
  return (error as ShaderError).message; // it was just tested for its class
}

test("a shader that does not compile is shown at its line, with the lines around it and a caret under the column", async () => {
  const source = [
    head[0],
    "@compute @workgroup_size(64)",
    "fn main(@builtin(global_invocation_id) id: vec3u) {",
    "  y[id.x] = total;",
    "}",
  ];
  expect(await failureOf("sum/direct", source.join("\n"))).toBe(
    `shader sum/direct does not compile:
line 4, column 13: unresolved value 'total'
2 | @compute @workgroup_size(64)
3 | fn main(@builtin(global_invocation_id) id: vec3u) {
4 |   y[id.x] = total;
  |             ^^^^^
5 | }`,
  );
});

test("notes of the compiler have their lines too, and what follows a message stands below its source", async () => {
  const divergent = "  if (y[id.x] > 0.0) { workgroupBarrier(); }";
  const source = [head[0], "@compute @workgroup_size(64)", "fn main(@builtin(global_invocation_id) id: vec3u) {", divergent, "}"];
  const message = await failureOf("sum/direct", source.join("\n"));
  expect(message).toContain("line 4, column 24: 'workgroupBarrier' must only be called from uniform control flow\n");
  expect(message).toMatch(/line 4, column 3: note: control flow depends on .*\n2 \| [\s\S]*4 \| .*\n {2}\| {3}\^\^\n/);
  const overloads = await failureOf("sum/direct", source.join("\n").replace(divergent, "  y[0] = id.x + 1.5;"));
  expect(overloads).toMatch(/no matching overload[^\n]*\n2 \|[\s\S]*\^+\n5 \| \}\n5 candidate operators:/);
});

test("a shader that compiles and asks for more than the adapter has is a ShaderError too, with the lines that ask", async () => {
  const entry = [
    "@compute @workgroup_size(64)",
    "fn main(@builtin(global_invocation_id) id: vec3u) {",
    "  y[id.x] = tile[id.x % 64u];",
    "}",
  ];
  const small = [...head, ...entry].join("\n");
  expect(await device.pipelines.get("sum/tile", small, { reads: 0, writes: 1 })).toBeDefined();
  const memory = await failureOf("sum/tile", small.replace("<f32, 64>", "<f32, 65535>"));
  expect(memory).toMatch(/^shader sum\/tile makes no pipeline on this adapter: .*workgroup storage/);
  expect(memory).toContain("line 2: var<workgroup> tile: array<f32, 65535>;\nline 3: @compute @workgroup_size(64)");
  expect(await failureOf("sum/tile", small.replace("size(64)", "size(4096)"))).toMatch(/4096.*exceeds/);
});
