// Uses everything Freehold has of Anthropic's API through Anthropic's own client. Usage: node anthropic-client.mjs URL
// The server must have the tests' scripted model 'parrot' (answers "Paris."), the encoder 'org/lengths', and the key 'right'.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";

const baseURL = process.argv[2];
const client = new Anthropic({ baseURL, apiKey: "right", maxRetries: 0 });
const messages = [{ role: "user", content: "Capital of France?" }];
const base = { model: "parrot", max_tokens: 100, messages };

const whole = await client.messages.create({ ...base, system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }], temperature: 0, stop_sequences: ["x"], metadata: { user_id: "u" } });
assert.deepEqual(whole.content, [{ type: "text", text: "Paris." }]);
assert.equal(whole.stop_reason, "end_turn");
assert.deepEqual([whole.usage.input_tokens, whole.usage.cache_read_input_tokens, whole.usage.output_tokens], [3, 4, 3]);
assert.match(whole._request_id, /^req_/);

const { response } = await client.messages.create({ ...base, metadata: { user_id: "u" } }).withResponse();
assert.equal(response.headers.get("freehold-inert"), "metadata");

let text = "";
const stream = client.messages.stream(base).on("text", (delta) => (text += delta));
const final = await stream.finalMessage();
assert.equal(text, "Paris.");
assert.deepEqual(final.content, [{ type: "text", text: "Paris." }]);
assert.equal(final.stop_reason, "end_turn");
assert.equal(final.usage.output_tokens, 3);

const types = [];
for await (const event of await client.messages.create({ ...base, stream: true })) types.push(event.type);
assert.deepEqual(types, ["message_start", "content_block_start", ...Array(3).fill("content_block_delta"), "content_block_stop", "message_delta", "message_stop"]);

assert.equal((await client.messages.countTokens({ model: "parrot", messages })).input_tokens, "<user>Capital of France?<assistant>".length);

const ids = [];
for await (const model of client.models.list({ limit: 1 })) ids.push(model.id);
assert.deepEqual(ids, ["parrot", "org/lengths"]);
assert.equal((await client.models.retrieve("parrot")).max_input_tokens, 4096);

const rejects = (promise, kind, status, text) =>
  assert.rejects(promise, (error) => error instanceof kind && error.status === status && error.message.includes(text) && error.requestID?.startsWith("req_"));
await rejects(client.messages.create({ ...base, model: "nobody" }), Anthropic.NotFoundError, 404, "nobody");
await rejects(client.messages.create({ ...base, tools: [{ type: "bash_20250124", name: "bash" }] }), Anthropic.BadRequestError, 400, "input_schema");
await rejects(new Anthropic({ baseURL, apiKey: "wrong", maxRetries: 0 }).messages.create(base), Anthropic.AuthenticationError, 401, "key");
console.log("ok");
