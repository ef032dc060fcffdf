import { type DetectedBox, type DetectedBoxChoice, parseDetectedBoxes } from "./detectedBoxes.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.node.ts";

/** The persons' boxes in a file of a detector's results (see `parseDetectedBoxes`). @throws DatasetError when the file cannot be read or is not of that form. */
export async function readDetectedBoxes(file: string, choice: DetectedBoxChoice = {}): Promise<readonly DetectedBox[]> {
  return parseDetectedBoxes(await readAnnotationDocument(file, { what: "detected boxes" }), file, choice);
}
