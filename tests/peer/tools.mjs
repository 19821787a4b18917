// Asks a server with OpenAI's own client for calls of tools, whole and streamed, sends the results back, and asks for JSON by a schema.
// node tools.mjs BASE_URL MODEL: prints what the client makes of the answers, as one JSON object.
import OpenAI from "openai";

const [baseURL, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const parameters = { type: "object", properties: { city: { type: "string", maxLength: 30 } }, required: ["city"], additionalProperties: false };
const tools = [{ type: "function", function: { name: "get_weather", description: "Weather now", parameters, strict: true } }];
const one = { model, temperature: 0, tool_choice: "required", parallel_tool_calls: false };
const messages = [{ role: "user", content: "Weather in Bern?" }];

const whole = await client.chat.completions.parse({ ...one, messages, tools });
const stream = client.chat.completions.stream({ ...one, messages, tools });
const streamed = await stream.finalChatCompletion();
const call = whole.choices[0].message.tool_calls[0];
const after = await client.chat.completions.create({
  model,
  temperature: 0,
  messages: [...messages, whole.choices[0].message, { role: "tool", tool_call_id: call.id, content: "12 degrees" }],
  response_format: { type: "json_schema", json_schema: { name: "city", schema: parameters, strict: true } },
});
let refused;
try {
  await client.chat.completions.create({ model, messages, response_format: { type: "json_schema", json_schema: { name: "x", schema: { not: {} }, strict: true } } });
} catch (error) {
  refused = { status: error.status, code: error.code, param: error.param };
}
const told = (answer) => ({ reason: answer.choices[0].finish_reason, calls: answer.choices[0].message.tool_calls.map((each) => [each.function.name, JSON.parse(each.function.arguments)]) });
console.log(JSON.stringify({ whole: told(whole), streamed: told(streamed), after: after.choices[0].message.content, refused }));
