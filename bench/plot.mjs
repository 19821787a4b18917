// Draws what bench/peer.mjs measured (--out): for each work a bar an engine, as a multiple of llama.cpp's speed, with the spread of its rounds and tokens a second.
// usage: node bench/plot.mjs RESULT.json [RESULT.json...] OUT.svg
import { readFileSync, writeFileSync } from "node:fs";

const files = process.argv.slice(2);
const out = files.pop();
if (files.length === 0 || !out?.endsWith(".svg")) {
  console.error("usage: node bench/plot.mjs RESULT.json [RESULT.json...] OUT.svg");
  process.exit(2);
}
const results = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
const names = { prefill: (r) => `prefill ${r.prompt}`, decode: () => "decode, 1 stream", streams: (_, count) => `decode, ${count} streams` };
const colours = ["#0b7a75", "#8a8f98", "#c98b2b", "#7b5ea7"];
const engines = ["freehold", ...new Set(results.flatMap((r) => Object.values(r.works).flatMap((work) => Object.keys(work).filter((name) => name !== "freehold"))))];
const base = "llama.cpp";
const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

// A row is one work of one result: where the base was not measured there is nothing to draw it against.
const rows = results.flatMap((result) =>
  Object.entries(result.works).filter(([, work]) => work[base]).map(([key, work]) => {
    const [kind, count] = key.split("_");
    const against = (spread) => Object.fromEntries(Object.entries(spread).map(([name, value]) => [name, value / work[base].median]));
    return { result, title: `${names[kind](result, count)}, ${result.model.replace(/\.gguf$/, "")}`, bars: engines.filter((name) => work[name]).map((name) => ({ name, speed: work[name].median, ...against({ min: work[name].min, median: work[name].median, max: work[name].max }) })) };
  }));
if (rows.length === 0) {
  console.error(`no work was measured against ${base}`);
  process.exit(1);
}
const most = Math.max(...rows.flatMap((row) => row.bars.map((bar) => bar.max)));
const left = 250, width = 900, bar = 15, gap = 14, top = 64;
const x = (value) => left + (value / (most * 1.02)) * (width - left - 130);
let y = top;
const drawn = rows.map((row) => {
  const first = y;
  const bars = row.bars.map((each) => {
    const middle = y + bar / 2, colour = colours[engines.indexOf(each.name)];
    y += bar + 2;
    return `<rect x="${left}" y="${middle - bar / 2}" width="${(x(each.median) - left).toFixed(1)}" height="${bar}" fill="${colour}"/>
<path d="M${x(each.min).toFixed(1)} ${middle}H${x(each.max).toFixed(1)}" stroke="#222" stroke-width="1.5"/>
<text x="${(x(each.max) + 6).toFixed(1)}" y="${middle + 4}">${each.speed.toFixed(each.speed < 100 ? 1 : 0)} tokens/s${each.name === base ? "" : `, ${each.median.toFixed(2)}x`}</text>`;
  });
  const label = `<text x="${left - 10}" y="${(first + y) / 2 + 3}" text-anchor="end">${escape(row.title)}</text>`;
  y += gap;
  return [label, ...bars].join("\n");
});
const machines = [...new Set(results.map((r) => `${r.cpu}, ${r.machine.isa}, ${r.threads} threads, ${r.date}`))];
const legend = engines.map((name, i) => `<rect x="${left + i * 130}" y="38" width="12" height="12" fill="${colours[i]}"/><text x="${left + i * 130 + 18}" y="49">${escape(name)}</text>`);
const ticks = Array.from({ length: Math.floor(most) + 1 }, (_, i) => `<path d="M${x(i).toFixed(1)} ${top - 6}V${y}" stroke="${i === 1 ? "#555" : "#ddd"}"/><text x="${x(i).toFixed(1)}" y="${y + 14}" text-anchor="middle">${i}x</text>`);
writeFileSync(out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y + 24}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="22" font-size="14" font-weight="600">Speed as a multiple of ${base}'s</text><text x="${width - 12}" y="22" text-anchor="end">${escape(machines.join("; "))}</text>
${legend.join("\n")}
${ticks.join("\n")}
${drawn.join("\n")}
</svg>
`);
