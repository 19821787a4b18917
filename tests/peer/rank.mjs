// Prints the scores llama.cpp gives for pairs of token ids: the sigmoid of its reranker's logit, and the ids it was given.
// usage: node rank.mjs MODEL.gguf QUERY_IDS DOCUMENT_IDS [DOCUMENT_IDS ...]      ids as 1,2,3
// output: {"pairs": [{"ids": [...], "score": x}, ...]}
import { getLlama } from "node-llama-cpp";

const [modelPath, query, ...documents] = process.argv.slice(2).map((list, i) => (i === 0 ? list : list.split(",").map(Number)));
if (documents.length === 0) {
  console.error("usage: node rank.mjs MODEL.gguf QUERY_IDS DOCUMENT_IDS [DOCUMENT_IDS ...]");
  process.exit(2);
}
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 2 });
const model = await llama.loadModel({ modelPath, defaultContextFlashAttention: false });
const size = Math.max(64, ...documents.map((ids) => ids.length + query.length + 8));
const context = await model.createRankingContext({ contextSize: size, batchSize: size, threads: 2 });
const pairs = [];
for (const ids of documents) pairs.push({ ids: context._getEvaluationInput(query, ids), score: await context.rank(query, ids) });
console.log(JSON.stringify({ pairs }));
process.exit(0);
