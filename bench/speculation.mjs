// What guessing ahead wins: the same answers with and without, in turn, on paragraphs that the model is asked to repeat ("repeating") or finds twice and begun again in its prompt ("quoting"), or only has to go on from with tokens drawn at random, so that hardly anything can be copied ("writing"). Prints medians as JSON.
// Needs: dotnet build -c Release, and XQuAD's paragraphs in ../shared/data/qa (or --text FILE).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./peers/process.mjs";
import { undisturbed } from "./peers/steal.mjs";

const usage = "usage: node bench/speculation.mjs MODEL.gguf [--draft MODEL.gguf] [--text FILE] [--rounds 5] [--generate 200] [--seconds 5] [--threads N]";
const known = ["--draft", "--text", "--rounds", "--generate", "--seconds", "--threads"];
const options = {}, models = [];
for (let args = process.argv.slice(2); args.length > 0; ) {
  const word = args.shift();
  if (!word.startsWith("--")) models.push(word);
  else if (!known.includes(word) || args.length === 0) fail(`${word} is not known, or lacks its value`);
  else options[word] = args.shift();
}
if (models.length !== 1) fail("one model is needed");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const paragraphs = options["--text"] ? [readFileSync(options["--text"], "utf8")]
  : JSON.parse(readFileSync(here("../../shared/data/qa/xquad.en.json"), "utf8")).data.map((article) => article.paragraphs[0].context);
const folder = mkdtempSync(path.join(os.tmpdir(), "freehold-speculation-"));
const rounds = [];
let disturbed = 0;
try {
  for (let i = 0; rounds.length < Number(options["--rounds"] ?? 5) && i < 3 * Number(options["--rounds"] ?? 5); i++) {
    const text = path.join(folder, "text.txt");
    writeFileSync(text, paragraphs[i % paragraphs.length]);
    const further = ["--draft", "--threads"].flatMap((name) => (options[name] ? [name, options[name]] : []));
    const { value } = undisturbed(() => JSON.parse(run("dotnet", [here("../src/Freehold/bin/Release/net10.0/freehold.dll"), "bench", path.resolve(models[0]), "--speculation", "--json",
      "--text", text, "--prompt", 64, "--generate", options["--generate"] ?? 200, "--seconds", options["--seconds"] ?? 5, ...further])));
    if (value === null) disturbed++;
    else rounds.push(value);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (rounds.length === 0) fail("the host took the CPU away in every round; try again later");

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const told = (name) => ({
  ratio: median(rounds.map((round) => round[name].ratio)),
  lowest: Math.min(...rounds.map((round) => round[name].ratio)),
  highest: Math.max(...rounds.map((round) => round[name].ratio)),
  processor_time_ratio: median(rounds.map((round) => round[name].processor_time_ratio)),
  without: median(rounds.map((round) => round[name].without)),
  with: median(rounds.map((round) => round[name].with)),
  came_true: rounds.reduce((sum, round) => sum + round[name].accepted_drafted_tokens, 0) / Math.max(1, rounds.reduce((sum, round) => sum + round[name].drafted_tokens, 0)),
});
console.log(JSON.stringify({
  model: path.basename(models[0]), draft: options["--draft"] ? path.basename(options["--draft"]) : null, rounds: rounds.length, disturbed,
  step_cost: rounds[0].step_milliseconds.map((_, i) => median(rounds.map((round) => round.step_milliseconds[i] / round.step_milliseconds[0]))),
  ...Object.fromEntries(["predicted", "random_prompt", "repeating", "quoting", "writing"].filter((name) => rounds.every((round) => round[name])).map((name) => [name, told(name)])),
}, null, 1));

function fail(reason) {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}
