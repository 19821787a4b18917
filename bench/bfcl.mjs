// Puts questions of the Berkeley Function Calling Leaderboard (../shared/data/tools) to a model that must answer with a call (tool_choice: required), and judges every call with ajv, and by the
// leaderboard's accepted answers. Whether a call is right depends on the model; that it parses and satisfies its schema must not.
// usage: node bench/bfcl.mjs MODEL.gguf [--each 400] [--streams 4] [--max-tokens 400] [--json]     or --url http://127.0.0.1:8080 NAME, where a server runs already
// Needs: dotnet build -c Release, and npm install --ignore-scripts in tests/peer. Exit code 1: a call did not parse or satisfy its schema.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const peer = createRequire(path.join(root, "tests/peer/"));
const Ajv = peer("ajv/dist/2020").default, addFormats = peer("ajv-formats").default;
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const model = args.find((a, i) => !a.startsWith("--") && (i === 0 || !args[i - 1].startsWith("--") || args[i - 1] === "--json"));
if (!model) {
  console.error("usage: node bench/bfcl.mjs MODEL.gguf [--each 400] [--streams 4] [--max-tokens 400] [--json], or --url URL NAME");
  process.exit(2);
}
const each = Number(option("--each", 400)), streams = Number(option("--streams", 4)), maxTokens = Number(option("--max-tokens", 400));
const material = path.join(root, "../shared/data/tools");
const lines = (file) => readFileSync(path.join(material, file), "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

// BFCL writes Python's types where JSON Schema has its own.
const types = { dict: "object", float: "number", tuple: "array" };
const mended = (node) => {
  if (Array.isArray(node)) return node.map(mended);
  if (node === null || typeof node !== "object") return node;
  const { type, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mended(value)]));
  return typeof type !== "string" ? { ...rest, ...(type === undefined ? {} : { type }) } : type === "any" ? rest : { type: types[type] ?? type, ...rest };
};

// As the leaderboard's checker compares: words without case, spaces and punctuation; a parameter that may be absent has "" among its values.
const word = (text) => text.toLowerCase().replace(/[ ,./\-_*^()]/g, "").replaceAll("'", '"');
const same = (value, wanted) =>
  typeof value === "string" && typeof wanted === "string" ? word(value) === word(wanted)
  : Array.isArray(value) && Array.isArray(wanted) ? value.length === wanted.length && value.every((item, i) => same(item, wanted[i]))
  : value && wanted && typeof value === "object" && typeof wanted === "object" && !Array.isArray(value) && !Array.isArray(wanted) ? fits(value, wanted)
  : value === wanted;
const fits = (given, wanted) =>
  Object.entries(given).every(([name, value]) => wanted[name]?.some((each) => same(value, each))) && Object.entries(wanted).every(([name, values]) => name in given || values.includes(""));
const isRight = (calls, truth) => {
  const left = [...calls];
  return calls.length === truth.length && truth.every((wanted) => {
    const [[name, parameters]] = Object.entries(wanted);
    const at = left.findIndex((call) => call.name === name && fits(call.arguments, parameters));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
};

async function serve() {
  const server = spawn("dotnet", [path.join(root, "src/Freehold/bin/Release/net10.0/freehold.dll"), "serve", path.resolve(model), "--port", "0", "--context", "4096"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const text of server.stdout) {
    const url = String(text).match(/Listening on (\S+)/)?.[1];
    if (url) return { url, stop: () => server.kill("SIGINT") };
  }
  throw new Error("the server did not start");
}

const { url, stop } = args.includes("--url") ? { url: option("--url"), stop: () => {} } : await serve();
const name = (await (await fetch(new URL("/v1/models", url))).json()).data.map((served) => served.id).find((id) => args.includes("--url") ? id === model : true);
const totals = { questions: 0, cut: 0, calls: 0, parsed: 0, valid: 0, rightTool: 0, right: 0 };
const result = { model: name, max_tokens: maxTokens, files: {} };
const faults = [];

// Not fetch, which gives up after five minutes: on a busy machine an answer may take longer.
const post = (body) => new Promise((done, failed) => {
  const request = http.request(new URL("/v1/chat/completions", url), { method: "POST" }, async (response) => {
    try {
      const parts = [];
      for await (const part of response) parts.push(part);
      done({ status: response.statusCode, body: JSON.parse(Buffer.concat(parts)) });
    } catch (failure) {
      failed(failure);
    }
  });
  request.on("error", failed).end(JSON.stringify(body));
});

async function ask(question, truth, several, count) {
  const tools = question.function.map((f) => ({ type: "function", function: { name: f.name, description: f.description, parameters: mended(f.parameters) } }));
  const { status, body } = await post({ model: name, messages: question.question[0], tools, tool_choice: "required", parallel_tool_calls: several, temperature: 0, max_tokens: maxTokens });
  if (status !== 200) throw new Error(`${question.id}: ${status} ${JSON.stringify(body)}`);
  const [choice] = body.choices;
  count.questions++;
  if (choice.finish_reason === "length") count.cut++;
  const calls = [];
  for (const { function: call } of choice.message.tool_calls ?? []) {
    count.calls++;
    try {
      calls.push({ name: call.name, arguments: JSON.parse(call.arguments) });
    } catch {
      faults.push({ id: question.id, call });
      continue;
    }
    count.parsed++;
    const tool = tools.find((tool) => tool.function.name === call.name);
    const validate = tool && addFormats(new Ajv({ strict: false })).compile(tool.function.parameters);
    if (validate?.(calls.at(-1).arguments)) count.valid++;
    else faults.push({ id: question.id, call, errors: validate?.errors ?? "no such tool" });
  }
  if (choice.finish_reason !== "tool_calls") return;
  if (calls.some((call) => truth.some((wanted) => call.name in wanted))) count.rightTool++;
  if (isRight(calls, truth)) count.right++;
}

for (const kind of ["simple_python", "multiple", "parallel"]) {
  const truths = new Map(lines(`answers/BFCL_v4_${kind}.json`).map((line) => [line.id, line.ground_truth]));
  const left = lines(`BFCL_v4_${kind}.json`).slice(0, each);
  const count = (result.files[kind] = Object.fromEntries(Object.keys(totals).map((key) => [key, 0])));
  await Promise.all(Array.from({ length: streams }, async () => {
    for (let question; (question = left.shift()); ) {
      await ask(question, truths.get(question.id), kind === "parallel", count);
      if (count.questions % 50 === 0) console.error(`${kind}: ${count.questions} asked, ${count.calls} calls, ${count.valid} valid, ${count.right} right, ${count.cut} cut`);
    }
  }));
  for (const key of Object.keys(totals)) totals[key] += count[key];
}
stop();
Object.assign(result, { totals, faults });
if (args.includes("--json")) console.log(JSON.stringify(result));
else for (const [kind, c] of [...Object.entries(result.files), ["all", totals]])
  console.log(`${kind.padEnd(14)} ${String(c.questions).padStart(4)} questions   ${String(c.calls).padStart(4)} calls: ${c.parsed} parse, ${c.valid} satisfy their schema   right tool ${c.rightTool}, all right ${c.right}, cut ${c.cut}`);
for (const fault of faults) console.error(JSON.stringify(fault));
process.exitCode = faults.length ? 1 : 0;
