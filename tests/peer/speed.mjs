// llama.cpp's speed on a model: prefill, decode of one stream, decode of several at once, in tokens a second. One JSON document.
// usage: node speed.mjs MODEL.gguf PROMPT GENERATE STREAMS[,STREAMS...] [flash|plain]
import os from "node:os";
import { getLlama } from "node-llama-cpp";

const [modelPath, promptText, generateText, streamsText, attention = "flash"] = process.argv.slice(2);
const [prompt, generate, flashAttention] = [Number(promptText), Number(generateText), attention === "flash"];
const threads = os.availableParallelism();
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: threads });
const model = await llama.loadModel({ modelPath, useMmap: true });
const tokens = (count, salt) => Array.from({ length: count }, (_, i) => 100 + ((i * 7919 + salt * 31) % 400));
const context = await model.createContext({ contextSize: prompt + generate + 64, batchSize: 512, threads, sequences: 1, flashAttention });
const sequence = context.getSequence();
let prefill = 0, decode = 0;
for (let repeat = 0; repeat < 2; repeat++) {
  await sequence.clearHistory();
  const start = performance.now();
  let first, n = 0;
  for await (const _ of sequence.evaluate(tokens(prompt, repeat), { temperature: 0, yieldEogToken: true })) {
    if (n === 0) first = performance.now();
    if (++n > generate) break;
  }
  const end = performance.now();
  prefill = Math.max(prefill, prompt / ((first - start) / 1000));
  decode = Math.max(decode, (n - 1) / ((end - first) / 1000));
}
await context.dispose();
const together = {};
for (const streams of streamsText.split(",").map(Number)) {
  const many = await model.createContext({ contextSize: 256, batchSize: 512, threads, sequences: streams, flashAttention });
  const sequences = Array.from({ length: streams }, () => many.getSequence());
  together[streams] = 0;
  for (let repeat = 0; repeat < 2; repeat++) {
    const times = [];
    await Promise.all(sequences.map(async (one, i) => {
      await one.clearHistory();
      let n = 0;
      for await (const _ of one.evaluate(tokens(8, i + repeat), { temperature: 0, yieldEogToken: true })) {
        times.push(performance.now());
        if (++n > generate) break;
      }
    }));
    times.sort((a, b) => a - b);
    together[streams] = Math.max(together[streams], (times.length - streams) / ((times[times.length - 1] - times[streams - 1]) / 1000));
  }
  await many.dispose();
}
console.log(JSON.stringify({ prefill, decode, streams: together, threads }));
process.exit(0);
