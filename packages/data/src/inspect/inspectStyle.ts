/** The style sheet of the page: the reader's light or dark, no fonts to fetch. */
export const inspectStyle = `
:root {
  color-scheme: light dark;
  --paper: #faf8f5; --card: #ffffff; --ink: #211d19; --soft: #6f675e; --line: #e6dfd6;
  --error: #c2321d; --error-soft: #fbe9e5; --warning: #a86700; --warning-soft: #fbf0dc; --good: #2d7d46; --bar: #e2662b; --hidden: #f0b795;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16130f; --card: #211c17; --ink: #f2ece4; --soft: #a99f93; --line: #3a332b;
    --error: #ff7a63; --error-soft: #3b1d17; --warning: #f0b24d; --warning-soft: #35280f; --good: #6ecb8b; --bar: #f0803f; --hidden: #84502f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { margin: 0; font-size: 32px; line-height: 1.15; letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { margin: 48px 0 16px; font-size: 20px; letter-spacing: -0.01em; }
h3 { margin: 0 0 8px; font-size: 17px; }
.kicker { margin: 0 0 6px; color: var(--bar); font-weight: 600; letter-spacing: 0.02em; }
.source, .more, .place, .empty { color: var(--soft); }
.source { margin: 8px 0 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-top: 28px; }
.tile { padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.tile b { display: block; font-size: 28px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); }
.tile.error b { color: var(--error); } .tile.warning b { color: var(--warning); } .tile.good b { color: var(--good); }
.problem { margin: 0 0 16px; padding: 20px 22px; background: var(--card); border: 1px solid var(--line); border-left: 5px solid; border-radius: 12px; }
.problem.error { border-left-color: var(--error); } .problem.warning { border-left-color: var(--warning); }
.count { margin-left: 6px; padding: 2px 9px; border-radius: 99px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.error .count { color: var(--error); background: var(--error-soft); } .warning .count { color: var(--warning); background: var(--warning-soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; }
.problem ul { margin: 12px 0 0; padding-left: 20px; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(160px, 1fr)); gap: 14px; margin-top: 16px; align-items: start; }
figure { margin: 0; }
.gallery svg { display: block; width: 100%; height: 200px; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.gallery figcaption { margin-top: 6px; font-size: 13px; line-height: 1.4; overflow-wrap: anywhere; }
.place { display: block; font-size: 12px; }
.box { fill: none; stroke: #ffffff; stroke-width: 2; stroke-dasharray: 6 4; paint-order: stroke; filter: drop-shadow(0 0 1px #000); }
.facts { margin: 0 0 20px; padding: 0; list-style: none; columns: 2 360px; }
.facts li { padding: 3px 0; break-inside: avoid; } .facts b { font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; align-items: start; }
.chart { padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.chart figcaption { margin-bottom: 10px; font-weight: 600; }
.chart svg { display: block; width: 100%; height: auto; }
.chart text { fill: var(--soft); font: 10.5px system-ui, sans-serif; }
.bar { fill: var(--bar); } .bar.hidden { fill: var(--hidden); } .axis { stroke: var(--line); }
`;
