// Prints the vectors llama.cpp gives for token ids, pooled as the model's file says.
// usage: node embed.mjs MODEL.gguf ID,ID,... [ID,ID,...]
// output: {"vectors": [[...], ...]}
import { getLlama } from "node-llama-cpp";

const [modelPath, ...lists] = process.argv.slice(2);
if (lists.length === 0) {
  console.error("usage: node embed.mjs MODEL.gguf ID,ID,... [ID,ID,...]");
  process.exit(2);
}
const texts = lists.map((list) => list.split(",").map(Number));
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 2 });
const model = await llama.loadModel({ modelPath, defaultContextFlashAttention: false });
const size = Math.max(64, ...texts.map((ids) => ids.length + 8));
const context = await model.createEmbeddingContext({ contextSize: size, batchSize: size, threads: 2 });
const vectors = [];
for (const ids of texts) vectors.push([...(await context.getEmbeddingFor(ids)).vector]);
console.log(JSON.stringify({ vectors }));
process.exit(0);
