/** A picture of a problem's example: what the image shows there, with what is annotated drawn over it. */
export interface ExamplePicture {
  /** JPEG as a data address. */
  readonly href: string;
  readonly width: number;
  readonly height: number;
  /** SVG elements in the picture's pixels. */
  readonly overlay: string;
}
