import type { Dataset, PersonAnnotation, Sample } from "../sample.ts";

/** A dataset cut to its first so many samples, as reading it with this `limit` gives: on its images the other persons count neither as found nor as missed. */
export function firstSamples(dataset: Dataset, count: number): Dataset {
  if (dataset.samples.length <= count) return dataset;
  const samples = dataset.samples.slice(0, count);
  const beyond = new Set(dataset.samples.slice(count).map(({ id }) => id));
  const persons = onImagesOf(samples, dataset.persons).map((person) => (beyond.has(person.id) ? { ...person, ignore: true } : person));
  return { ...dataset, samples, persons };
}

/** The persons on the images that hold a sample. */
export function onImagesOf(samples: readonly Sample[], persons: readonly PersonAnnotation[]): readonly PersonAnnotation[] {
  const images = new Set(samples.map(({ imageId }) => imageId));
  return persons.filter(({ imageId }) => images.has(imageId));
}
