// Has Anthropic's own client call tools of a gateway over a scripted model: whole, streamed, with its tool runner, and send thinking back.
// node anthropic-tools.mjs BASE_URL: prints ok last.
import assert from "node:assert/strict";
import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";

const client = new Anthropic({ baseURL: process.argv[2], apiKey: "right", maxRetries: 0 });
const inputSchema = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tools = [{ name: "get_weather", description: "Weather now", input_schema: inputSchema }];
const messages = [{ role: "user", content: "Weather in Bern?" }];
const ask = { model: "parrot", max_tokens: 2000, messages, tools };

const whole = await client.messages.create({ ...ask, tool_choice: { type: "any", disable_parallel_tool_use: true }, thinking: { type: "adaptive" } });
assert.deepEqual(whole.content.map((block) => block.type), ["thinking", "text", "tool_use"]);
assert.equal(whole.stop_reason, "tool_use");
assert.deepEqual(whole.content[2].input, { city: "Bern" });

const events = [];
const stream = client.messages.stream({ ...ask, thinking: { type: "enabled", budget_tokens: 1024 } });
for (const name of ["thinking", "signature", "text", "inputJson"]) stream.on(name, () => events.push(name));
const streamed = await stream.finalMessage();
assert.deepEqual(streamed.content, whole.content);
assert.deepEqual(events, ["thinking", "thinking", "signature", "text", "inputJson"]);

const answer = await client.messages.create({
  ...ask,
  messages: [...messages, { role: "assistant", content: whole.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: whole.content[2].id, content: "12 degrees" }] }],
});
assert.equal(answer.content[0].text, "It is 12 degrees.");
assert.equal(answer.stop_reason, "end_turn");

const asked = [];
const weather = betaTool({ name: "get_weather", description: "Weather now", inputSchema, run: ({ city }) => { asked.push(city); return "12 degrees"; } });
const final = await client.beta.messages.toolRunner({ ...ask, tools: [weather], betas: ["structured-outputs-2025-12-15"] });
assert.deepEqual(asked, ["Bern"]);
assert.equal(final.content[0].text, "It is 12 degrees.");

assert.ok((await client.messages.countTokens({ model: "parrot", messages, tools })).input_tokens > (await client.messages.countTokens({ model: "parrot", messages })).input_tokens);
const changed = whole.content.map((block) => (block.type === "thinking" ? { ...block, thinking: "Thun, then." } : block));
await assert.rejects(
  client.messages.create({ ...ask, messages: [...messages, { role: "assistant", content: changed }, { role: "user", content: "Go on." }] }),
  (error) => error instanceof Anthropic.BadRequestError && error.message.includes("signature"),
);
console.log("ok");
