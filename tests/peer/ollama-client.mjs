// Uses everything Freehold has of Ollama's API through Ollama's own client. Usage: node ollama-client.mjs URL
// The server must have the tests' scripted model 'parrot' (answers "Paris."), the encoder 'org/lengths', and the key 'right'.
import assert from "node:assert/strict";
import { Ollama } from "ollama";

const host = process.argv[2];
const ollama = new Ollama({ host, headers: { Authorization: "Bearer right" } });
const messages = [{ role: "user", content: "Capital of France?" }];
const rejects = (promise, status, text) =>
  assert.rejects(promise, (error) => error.status_code === status && error.message.includes(text));

assert.equal((await ollama.version()).version, "0.13.4");
const { models } = await ollama.list();
assert.deepEqual(models.map((model) => model.name), ["parrot:latest", "org/lengths:latest"]);
assert.equal((await ollama.ps()).models.length, 2);
const shown = await ollama.show({ model: models[0].name });
assert.deepEqual(shown.capabilities, ["completion", "tools"]);
assert.equal(shown.model_info["llama.context_length"], 4096);

const whole = await ollama.chat({ model: "parrot", messages, options: { temperature: 0, seed: 1, num_predict: 9, stop: ["x"] }, keep_alive: "5m" });
assert.equal(whole.message.content, "Paris.");
assert.equal(whole.done_reason, "stop");
assert.equal(whole.eval_count, 3);
assert.ok(whole.total_duration > 0);

let text = "";
let last;
for await (const part of await ollama.chat({ model: "parrot:latest", messages, stream: true, logprobs: true })) {
  text += part.message.content;
  if (!part.done) assert.equal(part.logprobs[0].token, part.message.content);
  last = part;
}
assert.equal(text, "Paris.");
assert.equal(last.done, true);
assert.equal(last.prompt_eval_count, 7);

text = "";
for await (const part of await ollama.generate({ model: "parrot", system: "Be brief.", prompt: "Capital of France?", stream: true, format: { type: "object" } }))
  text += part.response;
assert.equal(text, "Paris.");
assert.equal((await ollama.generate({ model: "parrot", prompt: "Once upon", raw: true })).response, "Paris.");

assert.deepEqual((await ollama.embed({ model: "org/lengths", input: ["abc", "de"] })).embeddings, [[3, 1, 0.5], [2, 1, 0.5]]);
assert.deepEqual((await ollama.embeddings({ model: "org/lengths", prompt: "abcd" })).embedding, [4, 1, 0.5]);

await rejects(ollama.chat({ model: "nobody", messages }), 404, "nobody");
await rejects(ollama.chat({ model: "parrot", messages, think: true }), 400, "think");
await rejects(ollama.chat({ model: "parrot", messages, options: { num_ctx: 1e6 } }), 400, "num_ctx");
assert.deepEqual((await ollama.embed({ model: "org/lengths", input: "x".repeat(600), truncate: true })).embeddings, [[512, 1, 0.5]]);
// The life of models: the gateway's library is scripted, and its models stay as long as it does.
const news = [];
for await (const part of await ollama.pull({ model: "hf.co/owner/repo:Q8_0", stream: true })) news.push([part.status, part.completed, part.total]);
assert.deepEqual(news, [["pulling a.gguf", 4, 10], ["pulling a.gguf", 10, 10], ["success", undefined, undefined]]);
assert.equal((await ollama.pull({ model: "hf.co/owner/repo:Q8_0" })).status, "success");
assert.equal((await ollama.copy({ source: "parrot", destination: "p" })).status, "success");
assert.equal((await ollama.delete({ model: "p" })).status, "success");
assert.equal((await ollama.ps()).models[0].name, "parrot:latest");
assert.equal((await ollama.generate({ model: "parrot", prompt: "", keep_alive: "10m" })).done_reason, "load");
await rejects(ollama.generate({ model: "parrot", prompt: "", keep_alive: 0 }), 501, "stop the server");
await rejects(new Ollama({ host }).list(), 401, "key");
console.log("ok");
