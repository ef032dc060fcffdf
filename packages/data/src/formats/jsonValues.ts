import { DatasetError } from "../sample.ts";

/** An object of a JSON document. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The value as an object; null when it is none. */
export function record(value: unknown): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null; // no array, so keys and values
}

/** The value as a list of finite numbers; null when it is none. */
export function numbers(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every((item) => Number.isFinite(item)) ? value : null;
}

/** The list under a key of a COCO-style document. @throws DatasetError when there is none. */
export function list(root: JsonObject, key: string, source: string): readonly unknown[] {
  const value = root[key];
  if (Array.isArray(value)) return value;
  throw new DatasetError(
    `${source}: a COCO file has a list "${key}"; got ${typeName(value)}; give an annotation file such as person_keypoints_val2017.json`,
  );
}

/** What a value is, for messages: "a list", "nothing". */
export function typeName(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** left_eye, leftEye and "Left Eye" are one name. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** A folder or address and a file name in it. */
export function joinPath(folder: string, file: string): string {
  return `${folder.replace(/\/+$/, "")}/${file}`;
}
