import { type Finding, type Problem, problemOf } from "./problem.ts";
import type { RawAnnotation, RawDataset, RawImage } from "./rawDataset.ts";

/** Entries that are not what COCO's format says, ids that repeat, and persons whose image or category is not in the file. */
export function structureChecks(dataset: RawDataset): readonly Problem[] {
  return [...entryChecks(dataset), ...idChecks(dataset), ...imageReferences(dataset), ...categoryChecks(dataset)];
}

function entryChecks({ images, notObjects }: RawDataset): readonly Problem[] {
  const findings: Finding[] = notObjects.map((place) => ({ note: `${place} is no object` }));
  for (const image of images) {
    const { id, file_name: name, width, height } = image.value;
    if (typeof id !== "number" && typeof id !== "string") findings.push({ image, note: "an image without an id" });
    else if (typeof name !== "string" || !name) findings.push({ image, note: `image ${id} without a file_name` });
    else if (!image.size) findings.push({ image, note: `width ${JSON.stringify(width)}, height ${JSON.stringify(height)}` });
  }
  return problemOf(
    {
      check: "malformed entry",
      severity: "error",
      effect: "the file is refused",
      remedy: 'give every image "id", "file_name", "width" and "height" in whole pixels, and write annotations as objects',
    },
    findings,
  );
}

function idChecks({ annotations, images }: RawDataset): readonly Problem[] {
  const twice = repeated(annotations, ({ value }) => value.id).map(
    ([annotation, first]): Finding => ({ annotation, note: `the id of an annotation on ${first.image?.file ?? "no image"} too` }),
  );
  const imageIds = repeated(images, ({ id }) => id).map(
    ([image, first]): Finding => ({ image, note: `id ${String(image.id)}, which ${first.file} has too` }),
  );
  const files = repeated(images, ({ value }) => value.file_name)
    .filter(([image, first]) => image.id !== first.id)
    .map(([image, first]): Finding => ({ image, note: `the file of images ${String(first.id)} and ${String(image.id)}` }));
  return [
    ...problemOf(
      {
        check: "duplicate annotation id",
        severity: "error",
        effect: "evaluators keep one annotation an id: pycocotools overwrites the first, and persons vanish from the truth",
        remedy: "number the annotations anew, each id once",
      },
      twice,
    ),
    ...problemOf(
      {
        check: "duplicate image id",
        severity: "error",
        effect: "persons land on another image than their own, or the file is refused",
        remedy: "number the images anew, each id once, and the annotations' image_id with them",
      },
      imageIds,
    ),
    ...problemOf(
      {
        check: "image listed twice",
        severity: "error",
        effect: "a picture's persons are spread over two entries: predictions for one count as false for the other",
        remedy: "keep one entry a file and give its id to all annotations of the picture",
      },
      files,
    ),
  ];
}

/** Entries whose key occurred before, each with the first that had it. */
function repeated<T extends RawAnnotation | RawImage>(entries: readonly T[], key: (entry: T) => unknown): readonly (readonly [T, T])[] {
  const first = new Map<unknown, T>();
  return entries.flatMap((entry) => {
    const value = key(entry);
    if (value === undefined || value === null) return [];
    const before = first.get(value);
    if (before) return [[entry, before] as const];
    first.set(value, entry);
    return [];
  });
}

function imageReferences({ annotations, images }: RawDataset): readonly Problem[] {
  const asText = new Map(images.map((image) => [String(image.id), image]));
  const findings = annotations
    .filter(({ image }) => !image)
    .map((annotation): Finding => {
      const { image_id: id } = annotation.value;
      const meant = asText.get(String(id));
      const note = meant
        ? `image_id ${JSON.stringify(id)} is meant to be ${JSON.stringify(meant.id)}`
        : `image_id ${JSON.stringify(id) ?? "is missing"}`;
      return { annotation, note };
    });
  return problemOf(
    {
      check: "unknown image",
      severity: "error",
      effect: "these annotations are left out of training and evaluation",
      remedy: 'write the id of an entry of "images" as image_id, a number as a number and a text as a text',
    },
    findings,
  );
}

function categoryChecks({ annotations, categories, personCategories }: RawDataset): readonly Problem[] {
  const known = new Set(categories?.map(({ id }) => id));
  const hasPoints = ({ value }: RawAnnotation): boolean =>
    Array.isArray(value.keypoints) && value.keypoints.some((v, at) => at % 3 === 2 && typeof v === "number" && v > 0);
  const findings = annotations
    .filter((annotation) => !annotation.person && (hasPoints(annotation) || !known.has(annotation.value.category_id)))
    .map((annotation): Finding => {
      const { category_id: id } = annotation.value;
      const name = categories?.find((category) => category.id === id)?.name;
      return { annotation, note: `category_id ${JSON.stringify(id) ?? "is missing"}${name === undefined ? "" : ` (${String(name)})`}` };
    });
  const noPerson = categories && personCategories.length === 0 && annotations.length > 0;
  return [
    ...problemOf(
      {
        check: "wrong category",
        severity: "error",
        effect: "only persons are learnt from and evaluated: these are left out, and AP counts every prediction for them as false",
        remedy: `give them the id of the category of persons${personCategories.length > 0 ? `, ${personCategories.map(({ id }) => JSON.stringify(id)).join(" or ")}` : ""}`,
      },
      findings,
    ),
    ...problemOf(
      {
        check: "no person category",
        severity: "error",
        effect: "no annotation counts as a person: there is nothing to train on, and AP is -1",
        remedy: 'add a category { "id": 1, "name": "person", "keypoints": […] }',
      },
      noPerson ? [{ note: `categories: ${categories.map(({ name }) => String(name)).join(", ") || "none"}` }] : [],
    ),
  ];
}
