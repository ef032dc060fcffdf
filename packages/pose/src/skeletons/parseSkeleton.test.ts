import { expect, test } from "vitest";
import { parseSkeleton } from "./parseSkeleton.ts";
import { SkeletonError } from "./skeleton.ts";

const dog = {
  name: "dog5",
  joints: ["nose", "left_paw", "right_paw", "west_ear", "east_ear"],
  limbs: [["nose", "left_paw"]],
  mirrored: [["west_ear", "east_ear"]],
  sigmas: [0.03, 0.08, 0.08, 0.04, 0.04],
};

test("a user's skeleton names its joints; left and right mirror without being listed", () => {
  expect(parseSkeleton(dog, "dog.yaml")).toEqual({
    name: "dog5",
    joints: dog.joints,
    sigmas: dog.sigmas,
    limbs: [[0, 1]],
    flipPairs: [
      [1, 2],
      [3, 4],
    ],
  });
});

test.each([
  ["a list", [], /^dog\.yaml: a skeleton is a mapping with name, joints/],
  ["a misspelt key", { ...dog, limb: [] }, /^dog\.yaml: a skeleton has no key limb; its keys are name/],
  ["no name", { ...dog, name: undefined }, /"name" must be a word/],
  ["a joint in capitals", { ...dog, joints: ["Nose", ...dog.joints.slice(1)] }, /the joint "Nose" must be called in small letters/],
  ["a limb to nowhere", { ...dog, limbs: [["nose", "tail"]] }, /the pair \[nose, tail\] names tail, which is no joint/],
  ["a limb by index", { ...dog, limbs: [[0, 1]] }, /"limbs" must be a list of pairs of joint names/],
  ["no sigmas", { ...dog, sigmas: undefined }, /"sigmas" must be a list of 5 numbers/],
  ["too few sigmas", { ...dog, sigmas: [1] }, /dog\.yaml: skeleton dog5: needs 5 sigmas, one per joint; got 1/],
  [
    "one side alone",
    { ...dog, joints: ["nose", "left_paw", "leg", "west_ear", "east_ear"] },
    /left_paw has no right_paw that it mirrors to/,
  ],
  ["too many colours", { ...dog, colors: ["red", "blue"] }, /needs 1 colours/],
])("%s is refused in one sentence", (_, document, message) => {
  expect(() => parseSkeleton(document, "dog.yaml")).toThrow(SkeletonError);
  expect(() => parseSkeleton(document, "dog.yaml")).toThrow(message);
});
