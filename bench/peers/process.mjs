import { spawnSync } from "node:child_process";

/** Runs a program to its end and gives what it printed; its errors' stream too where that is wanted. */
export function run(command, list, cwd, { both = false } = {}) {
  const done = spawnSync(command, list.map(String), { cwd, encoding: "utf8", maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${command} ${list.join(" ")} failed:\n${done.error ?? done.stderr}`);
  return both ? done.stdout + done.stderr : done.stdout;
}
