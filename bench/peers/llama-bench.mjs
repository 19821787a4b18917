import { existsSync } from "node:fs";
import path from "node:path";
import { run } from "./process.mjs";

/** Any fork of llama.cpp by its own llama-bench, and llama-batched-bench beside it for several streams. "NAME=PATH ARGUMENTS": they go to both, or after " | " those of the second (whose flags take no values). */
export class LlamaBench {
  constructor(text, work) {
    const [, name, program, rest] = text.match(/^([^=\s]+)=(\S+)\s*(.*)$/) ?? [];
    if (!program || !existsSync(program)) throw new Error(`--llama-bench "${text}": NAME=PATH of a llama-bench is expected, and the file must be there`);
    this.name = name;
    this.program = program;
    this.batched = path.join(path.dirname(program), "llama-batched-bench");
    const [own, batched = own] = rest.split("|").map((part) => part.split(/\s+/).filter(Boolean));
    this.settings = own;
    this.batchedSettings = batched;
    this.work = work;
  }
  measure() {
    const { model, prompt, generate, streams, threads } = this.work;
    const told = JSON.parse(run(this.program, ["-m", model, "-p", prompt, "-n", generate, "-t", threads, "-r", 2, "-o", "json", ...this.settings]));
    const speed = (isPrompt) => told.find((each) => (isPrompt ? each.n_prompt > 0 && each.n_gen === 0 : each.n_gen > 0 && each.n_prompt === 0))?.avg_ts;
    const result = { prefill: speed(true), decode: speed(false) };
    if (existsSync(this.batched)) {
      const most = Math.max(...streams);
      const table = run(this.batched, ["-m", model, "-c", most * (16 + generate) + 64, "-b", 2048, "-ub", 512, "-npp", 16, "-ntg", generate, "-npl", streams.join(","), "-t", threads, ...this.batchedSettings], undefined, { both: true }); // forks differ in where they print it
      for (const row of table.split("\n").map((line) => line.split("|").map((cell) => Number(cell.trim()))).filter((cells) => cells.length > 8 && cells[1] === 16))
        result[`streams_${row[3]}`] = row[8]; // | PP | TG | B | N_KV | T_PP | S_PP | T_TG | S_TG |
    }
    return result;
  }
}
