// Runs Freehold and llama.cpp (npm node-llama-cpp) in turn on the same model file and prints ratios with their spread.
// usage: node bench/peer.mjs MODEL.gguf [--rounds 5] [--prompt 512] [--generate 32] [--streams 8] [--json]
// Needs: dotnet build -c Release, and npm install --ignore-scripts in tests/peer.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise);
const model = args.find((a, i) => !a.startsWith("--") && (i === 0 || !args[i - 1].startsWith("--") || args[i - 1] === "--json"));
if (!model) {
  console.error("usage: node bench/peer.mjs MODEL.gguf [--rounds 5] [--prompt 512] [--generate 32] [--streams 8] [--json]");
  process.exit(2);
}
const rounds = option("--rounds", 5), prompt = option("--prompt", 512), generate = option("--generate", 32), streams = option("--streams", 8);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const freehold = path.join(root, "src/Freehold/bin/Release/net10.0/freehold.dll");

function run(command, list, cwd) {
  const done = spawnSync(command, list, { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${command} ${list.join(" ")} failed:\n${done.stderr}`);
  return JSON.parse(done.stdout.slice(done.stdout.indexOf("{")));
}
const ours = () => {
  const r = run("dotnet", [freehold, "bench", path.resolve(model), "--prompt", prompt, "--generate", generate, "--streams", streams, "--seconds", 3, "--json"].map(String), root);
  return { prefill: r.prefill_tokens_per_second, decode: r.decode_tokens_per_second, streams: r.streams[String(streams)], machine: r.machine };
};
const theirs = () => run("node", ["speed.mjs", path.resolve(model), prompt, generate, streams].map(String), path.join(root, "tests/peer"));

const samples = [];
for (let round = 0; round < rounds; round++) {
  const a = ours(), b = theirs();
  samples.push({ freehold: a, peer: b });
  console.error(`round ${round + 1}: freehold ${a.prefill.toFixed(0)} / ${a.decode.toFixed(1)} / ${a.streams.toFixed(1)}, llama.cpp ${b.prefill.toFixed(0)} / ${b.decode.toFixed(1)} / ${b.streams.toFixed(1)} tokens/s (prefill / decode / ${streams} streams)`);
}
const spread = (values) => {
  const sorted = [...values].sort((x, y) => x - y);
  return { min: sorted[0], median: sorted[Math.floor(sorted.length / 2)], max: sorted[sorted.length - 1] };
};
const cpu = readFileSync("/proc/cpuinfo", "utf8").match(/model name\s*:\s*(.*)/)?.[1] ?? "unknown";
const result = { model: path.basename(model), cpu, prompt, generate, streams, rounds };
for (const key of ["prefill", "decode", "streams"])
  result[key] = {
    freehold: spread(samples.map((s) => s.freehold[key])),
    llama_cpp: spread(samples.map((s) => s.peer[key])),
    ratio: spread(samples.map((s) => s.freehold[key] / s.peer[key])),
  };
if (args.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log(`${result.model} on ${cpu}, ${rounds} rounds, tokens/s as median, ratio as median (min to max)`);
  for (const [key, title] of [["prefill", `prefill ${prompt}`], ["decode", "decode, 1 stream"], ["streams", `decode, ${streams} streams in all`]]) {
    const r = result[key];
    console.log(`${title.padEnd(28)} freehold ${r.freehold.median.toFixed(1).padStart(7)}   llama.cpp ${r.llama_cpp.median.toFixed(1).padStart(7)}   ${r.ratio.median.toFixed(2)}x (${r.ratio.min.toFixed(2)} to ${r.ratio.max.toFixed(2)})`);
  }
}
