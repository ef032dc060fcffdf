import { expect, test } from "vitest";
import { comparePublished, roundedAs } from "./comparePublished.ts";
import { publishedFigures } from "./publishedFigures.ts";

test.each(
  publishedFigures
    .filter(({ differs }) => differs === undefined)
    .map((figure) => {
      const { model, options, input, part, quantity } = figure;
      const name = [model, JSON.stringify(options), input?.join("x"), part?.name, quantity].filter((word) => word !== undefined).join(" ");
      return [name, figure.published, figure] as const;
    }),
)("%s is the published %s", (_, published, figure) => {
  expect(comparePublished(figure)).toMatchObject({ equal: true, shown: published });
});

test("one published figure is not ours, by less than a hundredth, and says why", () => {
  const others = publishedFigures.filter(({ differs }) => differs !== undefined).map(comparePublished);
  expect(others.map(({ figure, ours, equal }) => [figure.model, figure.published, roundedAs("1.00 G", ours), equal])).toEqual([
    ["rtmpose-l", "10.1 G", "10.03 G", false],
  ]);
});

test("a figure that differs in the last digit that was published is not equal, nor is one of another part", () => {
  const figure = { model: "squeezenet-hpe", options: { joints: 17 }, quantity: "parameters", source: "squeezeNet" } as const;
  expect(comparePublished({ ...figure, published: "800,849" })).toMatchObject({ ours: 800_849, equal: true });
  expect(comparePublished({ ...figure, published: "800,850" }).equal).toBe(false);
  expect(comparePublished({ ...figure, published: "0.8 M" }).equal).toBe(true);
  expect(comparePublished({ ...figure, published: "0.81 M" }).equal).toBe(false);
  expect(comparePublished({ ...figure, part: { name: "head", of: /^conv_heatmap/ }, published: "800,849" }).ours).toBe(78_353);
  expect(() => roundedAs("about 3", 3)).toThrow('"about 3" is no published number');
});

test("numbers are rounded as a text is", () => {
  expect(["7,645,003,776", "7.1 · 2^30", "7.65 G", "7,645.0 M"].map((text) => roundedAs(text, 7_645_003_776))).toEqual([
    "7,645,003,776",
    "7.1 · 2^30",
    "7.65 G",
    "7,645.0 M",
  ]);
});
