import { DatasetError } from "../sample.ts";

/** The JSON document at an address. @throws DatasetError when it cannot be fetched or is not JSON. */
export async function readAnnotationDocument(file: string): Promise<unknown> {
  const response = await fetch(file);
  if (!response.ok)
    throw new DatasetError(`annotations ${file}: the server answered ${response.status}; give the address of a COCO-style JSON file`);
  return response.json().catch((error: unknown) => {
    throw new DatasetError(`annotations ${file}: is not JSON; give the address of a COCO-style JSON file`, { cause: error });
  });
}
