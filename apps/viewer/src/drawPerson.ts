/** Size of the picture, in pixels; portrait 4:3, as crops for pose estimators are. */
export const pictureSize = { width: 144, height: 192 } as const;

/** Draws the page's test picture, a person with raised arms on a lawn, in {@link pictureSize}. */
export function drawPerson(context: CanvasRenderingContext2D): void {
  const { width, height } = pictureSize;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, "#5b8fc7");
  sky.addColorStop(1, "#dfeaf2");
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const [color, lineWidth, path] of strokes) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.stroke(new Path2D(path));
  }
}

/** Everything is a thick line with round ends, in SVG's path language; far to near. */
const strokes: readonly (readonly [color: string, width: number, path: string])[] = [
  ["#f4d58a", 26, "M119 25h.1"], // sun
  ["#eef4f8", 12, "M2 90H28M18 84h8"], // cloud
  ["#6b4a32", 6, "M127 120V160"], // tree
  ["#7fa05a", 30, "M127 100v20"],
  ["#4f7d4a", 46, "M-10 196Q60 160 154 196"], // lawn
  ["#6b9a5f", 2, "M12 184l-3 -6M30 186l2 -7M48 188l-2 -5M104 188l3 -6M122 186l-2 -7M136 188l2 -5"],
  ["#3d6339", 8, "M44 177H100"], // shadow
  ["#c98a63", 8, "M72 50V64"], // neck
  ["#26344f", 13, "M67 110L58 141L61 170M78 110L90 138L83 168"], // trousers
  ["#f2efe9", 8, "M60 174L51 176M84 173L93 175"], // shoes
  ["#d1492e", 11, "M62 70L45 58M82 70L100 78"], // sleeves
  ["#d1492e", 28, "M72 78V102"], // shirt
  ["#f6d9c9", 3, "M61 82H83M61 91H83M61 100H83"],
  ["#c98a63", 8, "M43 56L33 28M102 78L121 61"], // arms
  ["#3a2a20", 22, "M72 39v4"], // hair
  ["#c98a63", 18, "M72 44v5"], // face
];
