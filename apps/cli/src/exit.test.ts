import { expect, test } from "vitest";
import { exitStatus, InputError, sentence, WorkFailedError } from "./exit.ts";

test("bad input ends with 2, everything else with 1", () => {
  const recipeError = Object.assign(new Error("no such key"), { name: "RecipeError" });
  expect(exitStatus(new InputError("no"))).toBe(2);
  expect(exitStatus(recipeError)).toBe(2);
  expect(exitStatus(new WorkFailedError("no"))).toBe(1);
  expect(exitStatus(new TypeError("no"))).toBe(1);
  expect(exitStatus("no")).toBe(1);
});

test("what went wrong is one line, but for a shader that does not compile, which is shown as it stands", () => {
  expect(sentence(new Error("shader does not compile\n  line 3: unknown name\n"))).toBe("shader does not compile; line 3: unknown name");
  const shaderError = Object.assign(new Error("shader relu/vector does not compile:\n4 | y[i] = z;\n  |        ^"), {
    name: "ShaderError",
  });
  expect(sentence(shaderError)).toBe(shaderError.message);
  expect(exitStatus(shaderError)).toBe(1);
  expect(sentence(new RangeError())).toBe("RangeError");
  expect(sentence(new DOMException("This operation was aborted", "AbortError"))).toBe("interrupted");
  expect(sentence("plain")).toBe("plain");
});
