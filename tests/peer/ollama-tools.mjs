// Has Ollama's own client call tools of a gateway over a scripted model that thinks: whole, streamed, and send the results back.
// node ollama-tools.mjs BASE_URL: prints ok last.
import assert from "node:assert/strict";
import { Ollama } from "ollama";

const ollama = new Ollama({ host: process.argv[2], headers: { authorization: "Bearer right" } });
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "get_weather", description: "Weather now", parameters } }];
const messages = [{ role: "user", content: "Weather in Bern?" }];

const { message } = await ollama.chat({ model: "parrot", messages, tools, think: true });
assert.equal(message.thinking, "Bern, then.");
assert.equal(message.content, "Let me see.");
assert.deepEqual(message.tool_calls.map((call) => [call.function.name, call.function.arguments]), [["get_weather", { city: "Bern" }]]);

const calls = [];
let thinking = "";
for await (const part of await ollama.chat({ model: "parrot", messages, tools, think: "high", stream: true })) {
  thinking += part.message.thinking ?? "";
  calls.push(...(part.message.tool_calls ?? []));
}
assert.equal(thinking, "Bern, then.");
assert.deepEqual(calls, message.tool_calls);

const answer = await ollama.chat({ model: "parrot", messages: [...messages, message, { role: "tool", tool_name: "get_weather", content: "12 degrees" }], tools, think: false });
assert.equal(answer.message.content, "It is 12 degrees.");
assert.deepEqual((await ollama.show({ model: "parrot" })).capabilities, ["completion", "tools", "thinking"]);
console.log("ok");
