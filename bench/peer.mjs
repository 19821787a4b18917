// Runs Freehold and its peers in turn on the same model file and prints medians and ratios with their spread.
// Needs: dotnet build -c Release, and npm install --ignore-scripts in tests/peer (llama.cpp). What is measured how: docs/performance.md.
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Freehold } from "./peers/freehold.mjs";
import { LlamaBench } from "./peers/llama-bench.mjs";
import { LlamaCpp } from "./peers/llama-cpp.mjs";
import { undisturbed } from "./peers/steal.mjs";

const usage = `usage: node bench/peer.mjs MODEL.gguf [--rounds 5] [--prompt 512] [--generate 32] [--streams 8] [--llama-bench "NAME=PATH ARGUMENTS | ARGUMENTS"] [--out FILE] [--json]
  --streams      numbers apart by commas
  --llama-bench  a further peer: the path of its llama-bench (ik_llama.cpp's, say), whose llama-batched-bench lies beside it and takes what follows \"|\"; may be given more than once
  --out          also writes the result to FILE, for bench/plot.mjs`;
const known = { "--rounds": 1, "--prompt": 1, "--generate": 1, "--streams": 1, "--llama-bench": 1, "--out": 1, "--json": 0 };
const options = {}, models = [];
for (let args = process.argv.slice(2); args.length > 0; ) {
  const word = args.shift();
  if (!word.startsWith("--")) models.push(word);
  else if (!(word in known) || args.length < known[word]) fail(`${word} is not known, or lacks its value`);
  else (options[word] ??= []).push(known[word] ? args.shift() : true);
}
if (models.length !== 1) fail("one model is needed");
const number = (name, otherwise) => {
  const value = options[name] ? Number(options[name][0]) : otherwise;
  return Number.isInteger(value) && value > 0 ? value : fail(`${name} must be a number above 0`);
};
const work = { model: path.resolve(models[0]), prompt: number("--prompt", 512), generate: number("--generate", 32), streams: (options["--streams"]?.[0] ?? "8").split(",").map(Number), threads: os.availableParallelism() };
if (!work.streams.every((count) => Number.isInteger(count) && count > 0)) fail("--streams must be numbers apart by commas");
const rounds = number("--rounds", 5);
const ours = new Freehold(work), peers = [new LlamaCpp(work), ...(options["--llama-bench"] ?? []).map((text) => new LlamaBench(text, work))];
const all = [ours, ...peers], works = ["prefill", "decode", ...work.streams.map((count) => `streams_${count}`)];

const samples = [];
let disturbed = 0;
for (let tries = 0; samples.length < rounds && tries < 3 * rounds; tries++) {
  // One after the other within a round, so that what changes on the host meets all of them.
  const { value, share } = undisturbed(() => Object.fromEntries(all.map((each) => [each.name, each.measure()])));
  if (value === null) {
    disturbed++;
    console.error(`thrown away: the host took ${(share * 100).toFixed(1)} % of the time`);
    continue;
  }
  samples.push(value);
  console.error(`round ${samples.length}: ${all.map((each) => `${each.name} ${works.map((name) => value[each.name][name]?.toFixed(1) ?? "-").join(" / ")}`).join(", ")} tokens/s (${works.join(" / ")})`);
}
if (samples.length === 0) fail("the host took the CPU away in every round; try again later");

const spread = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return { min: sorted[0], median: (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2, max: sorted.at(-1) };
};
const result = {
  model: path.basename(work.model),
  cpu: readFileSync("/proc/cpuinfo", "utf8").match(/model name\s*:\s*(.*)/)?.[1] ?? "unknown",
  machine: ours.machine,
  date: new Date().toISOString().slice(0, 10),
  prompt: work.prompt, generate: work.generate, threads: work.threads, rounds: samples.length, disturbed,
  settings: Object.fromEntries(peers.map((peer) => [peer.name, peer.settings])),
  works: {},
};
for (const name of works) {
  const told = (result.works[name] = { freehold: spread(samples.map((s) => s[ours.name][name])) });
  for (const peer of peers)
    if (samples.every((s) => s[peer.name][name] !== undefined))
      told[peer.name] = { ...spread(samples.map((s) => s[peer.name][name])), ratio: spread(samples.map((s) => s[ours.name][name] / s[peer.name][name])) };
}
if (options["--out"]) writeFileSync(options["--out"][0], JSON.stringify(result, null, 1) + "\n");
if (options["--json"]) console.log(JSON.stringify(result));
else {
  console.log(`${result.model} on ${result.cpu} (${ours.machine.isa}, ${work.threads} threads), ${result.rounds} rounds, ${disturbed} thrown away; tokens/s as median, ratio as median (min to max)`);
  for (const [name, told] of Object.entries(result.works)) {
    const { freehold, ...others } = told;
    console.log(`${name.padEnd(12)} freehold ${freehold.median.toFixed(1).padStart(7)}${Object.entries(others).map(([peer, r]) => `   ${peer} ${r.median.toFixed(1).padStart(7)} ${r.ratio.median.toFixed(2)}x (${r.ratio.min.toFixed(2)} to ${r.ratio.max.toFixed(2)})`).join("")}`);
  }
}

function fail(reason) {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}
