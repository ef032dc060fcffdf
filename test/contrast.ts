/** Text whose colour is too close to what lies behind it. */
export interface WeakText {
  readonly text: string;
  readonly contrast: number;
}

/**
 * Runs in a page: every visible text with less than `least` contrast (WCAG 2.2, 1.4.3) to the nearest opaque background behind it.
 * Self-contained, because it is sent to the browser as source.
 */
export function weakTexts(least: number): WeakText[] {
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Element): string => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((channels(color)[3] ?? 1) === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const found: WeakText[] = [];
  for (const element of document.body.querySelectorAll("*")) {
    const text = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.textContent?.trim())
      .join(" ");
    if (text.trim() === "" || !element.checkVisibility()) continue;
    const [light = 0, dark = 0] = [getComputedStyle(element).color, backgroundOf(element)].map(luminance).sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (!(contrast >= least)) found.push({ text, contrast });
  }
  return found;
}
