import { escapeHtml } from "./escapeHtml.ts";
import type { ExamplePicture } from "./examplePicture.ts";
import { histogramSvg, jointBarsSvg } from "./inspectCharts.ts";
import type { Inspection } from "./inspectDocument.ts";
import { inspectStyle } from "./inspectStyle.ts";
import type { Problem, ProblemExample } from "./problem.ts";
import type { DatasetStatistics } from "./statistics.ts";

/** What a page says beside the inspection. */
export interface InspectPageOptions {
  /** The data set's name, the heading. */
  readonly title: string;
  /** Where it came from. */
  readonly source: string;
  readonly pictures: ReadonlyMap<ProblemExample, ExamplePicture>;
}

/** An HTML document of an inspection, with everything inside: no script, no font, no address but data. */
export function inspectPage({ dataset, problems, statistics }: Inspection, { title, source, pictures }: InspectPageOptions): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} – inspected</title>
<style>${inspectStyle}</style>
</head>
<body>
<main>
<header>
<p class="kicker">kindling data inspect</p>
<h1>${escapeHtml(title)}</h1>
<p class="source">${escapeHtml(source)} · key points: ${escapeHtml(dataset.skeleton.name)}, ${dataset.skeleton.joints.length} joints</p>
</header>
<section class="tiles" aria-label="Counts">
${[
  tile(statistics.persons, "persons with key points"),
  tile(statistics.images, "images"),
  tile(errors, errors === 1 ? "kind of error" : "kinds of errors", errors > 0 ? "error" : "good"),
  tile(warnings, warnings === 1 ? "kind of warning" : "kinds of warnings", warnings > 0 ? "warning" : "good"),
].join("\n")}
</section>
<section aria-labelledby="problems">
<h2 id="problems">${problems.length === 0 ? "No problem found" : "Problems"}</h2>
${problems.map((problem) => problemCard(problem, pictures)).join("\n")}
</section>
<section aria-labelledby="statistics">
<h2 id="statistics">What is in it</h2>
${statisticsSection(statistics)}
</section>
</main>
</body>
</html>
`;
}

function tile(value: number, label: string, kind = ""): string {
  return `<div class="tile ${kind}"><b>${value.toLocaleString("en")}</b><span>${label}</span></div>`;
}

function problemCard({ check, severity, count, examples, effect, remedy }: Problem, pictures: InspectPageOptions["pictures"]): string {
  const shown = examples.filter((example) => pictures.has(example));
  const told = examples.filter((example) => !pictures.has(example));
  const more = count - examples.length;
  return `<article class="problem ${severity}">
<h3>${escapeHtml(check)} <span class="count">${severity}, ${count.toLocaleString("en")}×</span></h3>
<dl><dt>does</dt><dd>${escapeHtml(effect)}</dd><dt>do</dt><dd>${escapeHtml(remedy)}</dd></dl>
${shown.length > 0 ? `<div class="gallery">${shown.map((example) => figure(example, pictures.get(example)!)).join("\n")}</div>` : ""}
${told.length > 0 ? `<ul>${told.map((example) => `<li>${caption(example)}</li>`).join("")}</ul>` : ""}
${more > 0 ? `<p class="more">and ${more.toLocaleString("en")} more</p>` : ""}
</article>`;
}

function figure(example: ProblemExample, { href, width, height, overlay }: ExamplePicture): string {
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(example.note)}"><image href="${href}" width="${width}" height="${height}"/>${overlay}</svg><figcaption>${caption(example)}</figcaption></figure>`;
}

function caption({ annotation, image, note }: ProblemExample): string {
  const place = [annotation === undefined ? "" : `annotation ${annotation}`, image ?? ""].filter(Boolean).join(" · ");
  return `${escapeHtml(note)}${place ? ` <span class="place">${escapeHtml(place)}</span>` : ""}`;
}

function statisticsSection(statistics: DatasetStatistics): string {
  const { crowds, unlabelledPersons, otherCategories, imagesWithoutPersons, outsideCrop, annotations } = statistics;
  const facts: readonly (readonly [number, string])[] = [
    [annotations, "annotations"],
    [unlabelledPersons, "persons without a labelled key point (ignored in evaluation; bottom-up training must mask them)"],
    [crowds, "crowd regions"],
    [otherCategories, "annotations of other categories"],
    [imagesWithoutPersons, "images without a person"],
    [outsideCrop, "labelled key points outside the crop of 1.25 times their box"],
  ];
  return `<ul class="facts">${facts.map(([value, label]) => `<li><b>${value.toLocaleString("en")}</b> ${label}</li>`).join("")}</ul>
<div class="charts">
${chart("Labelled key points by joint: visible and hidden", jointBarsSvg(statistics.joints))}
${chart("Labelled key points of a person", histogramSvg(statistics.keypointsPerPerson, { whole: true }))}
${chart("Size of a person's box: √(width · height), pixels", histogramSvg(statistics.boxSizes, { logarithmic: true }))}
${chart("Width ÷ height of a person's box", histogramSvg(statistics.boxAspects, { logarithmic: true }))}
${chart("Persons with key points on an image that has some", histogramSvg(statistics.personsPerImage, { whole: true }))}
</div>`;
}

function chart(title: string, svg: string): string {
  return `<figure class="chart"><figcaption>${title}</figcaption>${svg}</figure>`;
}
