/**
 * A file of equally long records, one for each sample of a data set in its order: what was computed once and is read in every epoch.
 * Plain data, so that it can be sent to worker threads; `openRecordFile` makes it.
 */
export interface RecordFile {
  readonly path: string;
  /** Hex SHA-256 of what the records were made from. */
  readonly key: string;
  readonly records: number;
  readonly recordBytes: number;
}

/** What of a data set's samples lies on disk ready-made. */
export interface StoredRecords {
  /** Crops of the loader's input size, u8 [h,w,3] a sample (`cropDataset`). */
  readonly crops?: RecordFile;
  /** Teachers' heatmaps by names that the caller gives, f16 [h',w',k] a sample. */
  readonly teachers?: Readonly<Record<string, RecordFile>>;
}
