/** Where a mistake stands: a file and line, or the command line. */
export interface RecipePlace {
  readonly file: string;
  /** Counted from 1; absent when the mistake is something missing from the file or stands on the command line. */
  readonly line?: number;
}

/** A recipe that cannot be run: one sentence saying where, what was got and what was expected. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
  readonly place: RecipePlace | undefined;

  constructor(sentence: string, place?: RecipePlace) {
    super(place ? `${place.file}${place.line === undefined ? "" : `:${place.line}`}: ${sentence}` : sentence);
    this.place = place;
  }
}
