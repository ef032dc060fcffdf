/** What is on disk of one image. */
export type ImageFacts =
  | { readonly kind: "missing" }
  | { readonly kind: "broken"; readonly problem: string; readonly sha256: string }
  | {
      readonly kind: "readable";
      /** Pixels as stored, before any rotation that EXIF asks for. */
      readonly width: number;
      readonly height: number;
      /** EXIF's orientation, 1 (as stored) … 8. */
      readonly orientation: number;
      /** Of the file's bytes, in hexadecimal digits. */
      readonly sha256: string;
    };
