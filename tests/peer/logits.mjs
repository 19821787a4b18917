// Prints what llama.cpp gives for a model and token ids: for each position the likeliest next tokens with natural log-probabilities.
// usage: node logits.mjs MODEL.gguf ID,ID,... [TOP]
// output: {"top": [[[id, logprob], ...], ...]}
import { getLlama } from "node-llama-cpp";

const [modelPath, list, top = "10"] = process.argv.slice(2);
if (!list) {
  console.error("usage: node logits.mjs MODEL.gguf ID,ID,... [TOP]");
  process.exit(2);
}
const ids = list.split(",").map(Number);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 2 });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({
  contextSize: Math.max(64, ids.length + 8), batchSize: 512, threads: 2, flashAttention: false,
  experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32",
});
const sequence = context.getSequence();
const input = ids.map((id) => [id, { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1, minP: 0 } } }]);
const results = await sequence.controlledEvaluate(input);
const rows = results.map((result) => {
  const pairs = [...(result?.next?.probabilities ?? new Map())];
  return pairs.sort((a, b) => b[1] - a[1]).slice(0, Number(top)).map(([id, p]) => [Number(id), Math.log(p)]);
});
console.log(JSON.stringify({ top: rows }));
process.exit(0);
