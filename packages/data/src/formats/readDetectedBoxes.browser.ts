import { type DetectedBox, type DetectedBoxChoice, parseDetectedBoxes } from "./detectedBoxes.ts";
import { readAnnotationDocument } from "./readAnnotationDocument.browser.ts";

/** The persons' boxes in a detector's results at an address (see `parseDetectedBoxes`). @throws DatasetError when they cannot be fetched or are not of that form. */
export async function readDetectedBoxes(address: string, choice: DetectedBoxChoice = {}): Promise<readonly DetectedBox[]> {
  return parseDetectedBoxes(await readAnnotationDocument(address), address, choice);
}
