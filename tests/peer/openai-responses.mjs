// Uses responses, conversations, files and batches through OpenAI's own client. Usage: node openai-responses.mjs URL
// The server must have the tests' scripted model 'parrot' (answers "Paris.", calls get_weather where a call is demanded), the key 'right', and store.
import assert from "node:assert/strict";
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "right", maxRetries: 0 });
const model = "parrot";

const first = await client.responses.create({ model, instructions: "Be brief.", input: "Capital of France?", metadata: { topic: "capitals" } });
assert.equal(first.output_text, "Paris.");
assert.equal(first.status, "completed");
assert.deepEqual((await client.responses.retrieve(first.id)).output, first.output);
const inputs = [];
for await (const item of client.responses.inputItems.list(first.id)) inputs.push(item.content[0].text);
assert.deepEqual(inputs, ["Capital of France?"]);

let text = "";
const stream = client.responses.stream({ model, input: "And of Spain?", previous_response_id: first.id });
stream.on("response.output_text.delta", (event) => (text += event.delta));
const second = await stream.finalResponse();
assert.equal(text, "Paris.");
assert.equal(second.previous_response_id, first.id);
let number = 0;
for await (const event of await client.responses.create({ model, input: "x", stream: true, store: false })) assert.equal(event.sequence_number, number++);

const tools = [{ type: "function", name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false }, strict: true }];
const calling = await client.responses.create({ model, input: [{ role: "user", content: "Weather in Bern?" }], tools, tool_choice: "required" });
const call = calling.output.find((item) => item.type === "function_call");
assert.deepEqual([call.name, JSON.parse(call.arguments)], ["get_weather", { city: "Bern" }]);
const told = await client.responses.create({
  model, store: false, tools,
  input: [{ role: "user", content: "Weather in Bern?" }, ...calling.output, { type: "function_call_output", call_id: call.call_id, output: "12 degrees" }],
});
assert.equal(told.output_text, "Paris.");
const streamed = await client.responses.stream({ model, input: "Weather?", tools, tool_choice: "required" }).finalResponse();
assert.deepEqual(streamed.output[0].parsed_arguments, { city: "Bern" });

const background = await client.responses.create({ model, input: "x", background: true });
let now = background;
while (now.status === "queued" || now.status === "in_progress") now = await client.responses.retrieve(background.id);
assert.equal(now.output_text, "Paris.");
assert.equal((await client.responses.cancel(background.id)).status, "completed");
assert.equal((await client.responses.inputTokens.count({ model, input: "abc" })).input_tokens, "<user>abc<assistant>".length);
const compacted = await client.responses.compact({ model, input: [{ role: "user", content: "Hello" }, { role: "assistant", content: "Hi" }] });
assert.deepEqual(compacted.output.map((item) => item.type), ["message", "compaction"]);
assert.equal((await client.responses.create({ model, input: [...compacted.output, { role: "user", content: "Go on." }] })).output_text, "Paris.");

const conversation = await client.conversations.create({ metadata: { a: "b" }, items: [{ role: "user", content: "Hello" }] });
await client.responses.create({ model, input: "Capital?", conversation: conversation.id });
const items = [];
for await (const item of client.conversations.items.list(conversation.id, { order: "asc", limit: 2 })) items.push(item.content[0].text);
assert.deepEqual(items, ["Hello", "Capital?", "Paris."]);
assert.deepEqual((await client.conversations.update(conversation.id, { metadata: { c: "d" } })).metadata, { c: "d" });
assert.equal((await client.conversations.delete(conversation.id)).deleted, true);

const line = (id) => JSON.stringify({ custom_id: id, method: "POST", url: "/v1/responses", body: { model, input: id } });
const file = await client.files.create({ file: await toFile(Buffer.from(["a", "b"].map(line).join("\n")), "in.jsonl"), purpose: "batch" });
let batch = await client.batches.create({ input_file_id: file.id, endpoint: "/v1/responses", completion_window: "24h" });
while (batch.status !== "completed") {
  assert.ok(["validating", "in_progress", "finalizing"].includes(batch.status), batch.status);
  batch = await client.batches.retrieve(batch.id);
}
const results = (await (await client.files.content(batch.output_file_id)).text()).trim().split("\n").map((each) => JSON.parse(each));
assert.deepEqual(results.map((each) => [each.custom_id, each.response.status_code]), [["a", 200], ["b", 200]]);
const listed = [];
for await (const each of client.batches.list({ limit: 1 })) listed.push(each.id);
assert.deepEqual(listed, [batch.id]);
const files = [];
for await (const each of client.files.list()) files.push(each.purpose);
assert.deepEqual(files.sort(), ["batch", "batch_output"]);
assert.equal((await client.files.delete(file.id)).deleted, true);

await client.responses.delete(first.id);
await assert.rejects(client.responses.retrieve(first.id), (error) => error instanceof OpenAI.NotFoundError && error.code === "response_not_found");
await assert.rejects(client.responses.create({ model, input: "x", truncation: "auto" }), (error) => error instanceof OpenAI.BadRequestError && error.param === "truncation");
await assert.rejects(client.files.create({ file: await toFile(Buffer.from("x"), "x"), purpose: "fine-tune" }), (error) => error.param === "purpose");
console.log("ok");
