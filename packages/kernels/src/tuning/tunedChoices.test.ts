import { expect, test } from "vitest";
import { formatChoices, mergeChoices, parseChoices, type TunedChoice, TunedChoicesError, variantChoices } from "./tunedChoices.ts";

const choice = (more: Partial<TunedChoice> = {}): TunedChoice => ({
  kernel: "matmul",
  dtypes: "f32,f32>f32",
  problem: { m: 2, n: 3 },
  sources: "0123456789abcdef",
  variant: "direct",
  microseconds: { direct: 12.5, registerTile: 1234.567 },
  ...more,
});

test("a file is one sorted line a choice, whatever the order, and reads back as it was but for rounded times", () => {
  const other = choice({ kernel: "conv2d", variant: "subgroup8" });
  const text = formatChoices({ adapter: "mine", choices: [choice({ problem: { n: 3, m: 2 } }), other] });
  expect(text).toBe(formatChoices({ adapter: "mine", choices: [other, choice()] }));
  expect(text.split("\n").filter((line) => line.includes("conv2d") || line.includes("matmul"))).toHaveLength(2);
  expect(text.indexOf("conv2d")).toBeLessThan(text.indexOf("matmul"));
  const read = parseChoices(text, "mine", "f.json");
  expect(read).toEqual({
    adapter: "mine",
    choices: [other, choice()].map((one) => ({ ...one, microseconds: { direct: 12.5, registerTile: 1235 } })),
  });
  expect(parseChoices(formatChoices({ adapter: "mine", choices: [] }), "mine", "f.json").choices).toEqual([]);
});

test("merging keeps one choice a call: the later one, of other sources too, and all other calls", () => {
  const newer = choice({ problem: { n: 3, m: 2 }, sources: "f".repeat(16), variant: "registerTile" });
  const others = [choice({ dtypes: "f16,f16>f16" }), choice({ problem: { m: 2, n: 4 } })];
  expect(mergeChoices([choice(), others[0]!], [newer, others[1]!])).toEqual([newer, ...others]);
});

test("a device's choices are told apart by sources, and of equal ones the later holds", () => {
  const map = variantChoices([choice(), choice({ sources: "f".repeat(16) }), choice({ variant: "registerTile" })]);
  expect([...map.values()].map((variants) => Object.fromEntries(variants))).toEqual([
    { "0123456789abcdef": "registerTile", ["f".repeat(16)]: "direct" },
  ]);
});

test.each([
  ["not json", "no file of tuned choices"],
  ["[]", "no file of tuned choices"],
  [`{"format": 1, "adapter": "mine"}`, "no file of tuned choices"],
  [`{"format": 2, "adapter": "mine", "choices": []}`, "has format 2"],
  [`{"format": 1, "adapter": "yours", "choices": []}`, `holds the choices of "yours", not of mine`],
  [`{"format": 1, "adapter": "mine", "choices": {}}`, "are no list"],
  [`{"format": 1, "adapter": "mine", "choices": [{"kernel": "matmul"}]}`, "choice 0 is damaged"],
])("%s is refused in one sentence that names the file", (text, sentence) => {
  expect(() => parseChoices(text, "mine", "f.json")).toThrow(TunedChoicesError);
  expect(() => parseChoices(text, "mine", "f.json")).toThrow(sentence);
  expect(() => parseChoices(text, "mine", "f.json")).toThrow(/^f\.json: [^\n]*$/);
});
