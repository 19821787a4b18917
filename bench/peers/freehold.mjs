import { fileURLToPath } from "node:url";
import { run } from "./process.mjs";

const program = fileURLToPath(new URL("../../src/Freehold/bin/Release/net10.0/freehold.dll", import.meta.url));

/** Freehold as it was built last. */
export class Freehold {
  name = "freehold";
  constructor(work) {
    this.work = work;
  }
  measure() {
    const { model, prompt, generate, streams } = this.work;
    const told = JSON.parse(run("dotnet", [program, "bench", model, "--prompt", prompt, "--generate", generate, "--streams", streams.join(","), "--seconds", 3, "--json"]));
    this.machine = { ...told.machine, share_of_bandwidth: told.share_of_bandwidth, share_of_peak: told.share_of_peak };
    return { prefill: told.prefill_tokens_per_second, decode: told.decode_tokens_per_second, ...Object.fromEntries(streams.map((count) => [`streams_${count}`, told.streams[count]])) };
  }
}
