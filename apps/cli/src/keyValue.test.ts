import { expect, test } from "vitest";
import { InputError } from "./exit.ts";
import { type Keys, parseWords } from "./keyValue.ts";

const keys = {
  epochs: { kind: "integer", min: 1, default: 30, help: "" },
  rate: { kind: "number", min: 0, max: 1, help: "" },
  weights: { kind: "path", help: "" },
  decode: { kind: "choice", choices: ["argmax", "dark"], default: "argmax", help: "" },
  seeds: { kind: "numbers", default: [1, 2, 3], help: "" },
  box: { kind: "numbers", length: 4, help: "" },
  input: { kind: "size", help: "" },
  flip: { kind: "flag", help: "" },
} as const satisfies Keys;

test("the three ways to write an option mean the same", () => {
  for (const words of [["rate=1e-3"], ["--rate=1e-3"], ["--rate", "1e-3"]]) expect(parseWords(words, keys).values.rate).toBe(0.001);
});

test("options not given have their defaults, or are undefined", () => {
  expect(parseWords([], keys).values).toEqual({
    epochs: 30,
    rate: undefined,
    weights: undefined,
    decode: "argmax",
    seeds: [1, 2, 3],
    box: undefined,
    input: undefined,
    flip: false,
  });
});

test("every kind of value is parsed to its type", () => {
  const words = ["epochs=+50", "rate=.5", "weights=a=b.pth", "decode=dark", "seeds=7", "--box", "-1,2,3.5,4e1", "input=384x288", "flip"];
  expect(parseWords(words, keys).values).toEqual({
    epochs: 50,
    rate: 0.5,
    weights: "a=b.pth",
    decode: "dark",
    seeds: [7],
    box: [-1, 2, 3.5, 40],
    input: { height: 384, width: 288 },
    flip: true,
  });
});

test("a flag is its bare name, --name, or name=true", () => {
  for (const words of [["flip"], ["--flip"], ["flip=true"], ["--flip=true"]]) expect(parseWords(words, keys).values.flip).toBe(true);
  expect(parseWords(["flip=false"], keys).values.flip).toBe(false);
  expect(parseWords(["--flip", "run"], keys).operands).toEqual(["run"]);
});

test("a switch is a flag that may also be left open", () => {
  const withSwitch = { flip: { kind: "switch", help: "" } } as const;
  expect(parseWords([], withSwitch).values.flip).toBeUndefined();
  expect(parseWords(["flip"], withSwitch).values.flip).toBe(true);
  expect(parseWords(["flip=false"], withSwitch).values.flip).toBe(false);
  expect(() => parseWords(["flip=no"], withSwitch)).toThrow("flip must be true or false");
});

test("words that are no options are operands, in order; paths may hold an equals sign behind a folder", () => {
  const { operands } = parseWords(["a.jpg", "epochs=2", "./flip", "dir/x=y.jpg", "--", "epochs=3", "--flip"], keys);
  expect(operands).toEqual(["a.jpg", "./flip", "dir/x=y.jpg", "epochs=3", "--flip"]);
});

test.each([
  [["epoch=3"], `unknown option "epoch"; did you mean "epochs"?`],
  [["--wieghts", "x"], `unknown option "wieghts"; did you mean "weights"?`],
  [["something=1"], `unknown option "something"`],
  [["toString=1"], `unknown option "toString"`],
  [["-x"], `unknown option "x"`],
  [["epochs=0"], `epochs must be an integer of at least 1; got "0"`],
  [["epochs=1.5"], `epochs must be an integer`],
  [["epochs="], `epochs must be an integer`],
  [["rate=2"], "rate must be a number from 0 to 1"],
  [["rate=Infinity"], "rate must be a number"],
  [["decode=drak"], "decode must be one of argmax, dark"],
  [["box=1,2,3"], "box must be 4 numbers"],
  [["input=384"], "input must be HEIGHTxWIDTH"],
  [["flip=yes"], "flip must be true or false"],
  [["--epochs"], "--epochs needs a value"],
  [["epochs=1", "--epochs=2"], "epochs is given twice"],
])("%j is refused with its reason", (words, message) => {
  expect(() => parseWords(words, keys)).toThrow(InputError);
  expect(() => parseWords(words, keys)).toThrow(message);
});

test("a required option that is missing is named with its type", () => {
  const required = { weights: { kind: "path", required: true, help: "the network's weights" } } as const satisfies Keys;
  expect(() => parseWords([], required)).toThrow("weights=PATH is missing: the network's weights");
});

test("a path that must exist is refused when it does not", () => {
  const existing = { data: { kind: "path", mustExist: true, help: "" } } as const satisfies Keys;
  expect(() => parseWords(["data=no/such.json"], existing)).toThrow("data: there is no file or folder no/such.json");
  expect(parseWords([`data=${import.meta.filename}`], existing).values.data).toBe(import.meta.filename);
});

test("a command that takes overrides hands unknown options on, in order", () => {
  const { overrides, values } = parseWords(["optimizer.learningRate=5e-4", "epochs=2", "--data.batchSize", "8"], keys, true);
  expect(overrides).toEqual([
    { key: "optimizer.learningRate", value: "5e-4" },
    { key: "data.batchSize", value: "8" },
  ]);
  expect(values.epochs).toBe(2);
});
