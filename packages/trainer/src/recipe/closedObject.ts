import { z } from "zod";

/**
 * An object that takes no keys but its own. The issue of an unknown key carries the known ones
 * as its message (see `knownKeys`), for a sentence that names the nearest.
 */
export function closedObject<S extends z.ZodRawShape>(shape: S): z.ZodObject<S, z.core.$strict> {
  return z.strictObject(shape, { error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : undefined) });
}

/** The keys that the object of such an issue knows. */
export function knownKeys(issue: z.core.$ZodIssueUnrecognizedKeys): readonly string[] {
  return issue.message.split(" ");
}
