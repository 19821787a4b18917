import { fileURLToPath } from "node:url";
import { run } from "./process.mjs";

const folder = fileURLToPath(new URL("../../tests/peer", import.meta.url));

/** llama.cpp from npm (node-llama-cpp), which brings a library for each kind of CPU. */
export class LlamaCpp {
  name = "llama.cpp";
  constructor(work) {
    this.work = work;
  }
  // The first round tries flash attention on and off and keeps, for each work, what was faster.
  measure() {
    const flash = this.settings ? [...new Set(Object.values(this.settings))] : [true, false];
    const told = flash.map((on) => ({ on, ...this.ask(on) }));
    const names = Object.keys(told[0]).filter((name) => name !== "on");
    this.settings ??= Object.fromEntries(names.map((name) => [name, told.toSorted((a, b) => b[name] - a[name])[0].on]));
    return Object.fromEntries(names.map((name) => [name, told.find((each) => each.on === this.settings[name])[name]]));
  }
  ask(flash) {
    const { model, prompt, generate, streams } = this.work;
    const told = JSON.parse(run("node", ["speed.mjs", model, prompt, generate, streams.join(","), flash ? "flash" : "plain"], folder));
    return { prefill: told.prefill, decode: told.decode, ...Object.fromEntries(streams.map((count) => [`streams_${count}`, told.streams[count]])) };
  }
}
