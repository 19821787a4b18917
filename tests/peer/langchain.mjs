// Uses Freehold through LangChain.js, over each of the three dialects. Usage: node langchain.mjs URL KEY CHAT_MODEL [EMBEDDING_MODEL]
// The server must have the tests' small chat model and, where named, an embedding model of 384 dimensions.
import assert from "node:assert/strict";
import { tool } from "@langchain/core/tools";
import { ToolMessage, HumanMessage } from "@langchain/core/messages";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { ChatAnthropic } from "@langchain/anthropic";
import { ChatOllama, OllamaEmbeddings } from "@langchain/ollama";
import { z } from "zod";

const [url, key, model, embedder] = process.argv.slice(2);
const question = "What is the capital of France?";
const openai = new ChatOpenAI({ model, apiKey: key, temperature: 0, maxTokens: 40, maxRetries: 0, configuration: { baseURL: `${url}/v1` } });
const anthropic = new ChatAnthropic({ model, apiKey: key, anthropicApiUrl: url, temperature: 0, maxTokens: 40, maxRetries: 0 });
const ollama = new ChatOllama({ model, baseUrl: url, temperature: 0, numPredict: 40, maxRetries: 0, headers: { Authorization: `Bearer ${key}` } });

for (const chat of [openai, anthropic, ollama]) {
  const whole = await chat.invoke(question);
  assert.match(String(whole.text), /Paris/, chat.constructor.name);
  assert.ok(whole.usage_metadata.input_tokens > 0 && whole.usage_metadata.output_tokens > 0, chat.constructor.name);
  let streamed = "";
  for await (const piece of await chat.stream(question)) streamed += piece.text;
  assert.equal(streamed, whole.text, chat.constructor.name);
}

const weather = tool(({ city }) => `12 degrees in ${city}`, { name: "get_weather", description: "Weather now", schema: z.object({ city: z.string().max(20) }) });
for (const chat of [openai, anthropic, ollama]) {
  const required = chat === ollama ? {} : { tool_choice: chat === anthropic ? { type: "tool", name: "get_weather" } : "required" };
  const messages = [new HumanMessage("Use the tool: what is the weather in Bern?")];
  const asked = await chat.bindTools([weather], required).invoke(messages);
  if (chat === ollama && asked.tool_calls.length === 0) continue; // Ollama's API cannot require a call, and this model need not make one
  assert.equal(asked.tool_calls[0].name, "get_weather", chat.constructor.name);
  assert.equal(typeof asked.tool_calls[0].args.city, "string", chat.constructor.name);
  messages.push(asked, ...(await Promise.all(asked.tool_calls.map(async (call) => new ToolMessage({ tool_call_id: call.id, name: call.name, content: await weather.invoke(call.args) })))));
  assert.ok((await chat.bindTools([weather]).invoke(messages)).text !== undefined, chat.constructor.name);
}

const city = z.object({ city: z.string().max(20), inhabitants: z.number().int().min(0) });
for (const [chat, method] of [[openai, "jsonSchema"], [ollama, "jsonSchema"]]) {
  const answer = await chat.withStructuredOutput(city, { method }).invoke("Name the capital of France and its inhabitants.");
  city.parse(answer);
}

if (embedder) {
  const vectors = [
    new OpenAIEmbeddings({ model: embedder, apiKey: key, maxRetries: 0, configuration: { baseURL: `${url}/v1` } }),
    new OllamaEmbeddings({ model: embedder, baseUrl: url, maxRetries: 0, headers: { Authorization: `Bearer ${key}` } }),
  ].map((embeddings) => embeddings.embedDocuments(["one", "two"]));
  const [first, second] = await Promise.all(vectors);
  assert.deepEqual(first.map((vector) => vector.length), [384, 384]);
  first[0].forEach((value, index) => assert.ok(Math.abs(value - second[0][index]) < 1e-5));
}

await assert.rejects(new ChatOpenAI({ model: "nobody", apiKey: key, maxRetries: 0, configuration: { baseURL: `${url}/v1` } }).invoke("x"), /nobody/);
console.log("ok");
