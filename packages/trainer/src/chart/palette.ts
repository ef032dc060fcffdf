/** Colours that people with any colour vision tell apart (Okabe and Ito 2008), the ones with little contrast on white last. */
export const seriesColors: readonly string[] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/** Dashes that go with the colours, so that no line is known by its colour alone. */
export const seriesDashes: readonly string[] = ["", "7 4", "2 4", "10 4 2 4", "12 4", "4 3", "1 5"];
