// How much of the time the host gave to others (steal, proc(5)): what is measured meanwhile says nothing of a program.
import { existsSync, readFileSync } from "node:fs";

const most = 0.03;
const ticks = () => {
  if (!existsSync("/proc/stat")) return { steal: 0, all: 1 };
  const [user, nice, system, idle, wait, irq, soft, steal] = readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1).map(Number);
  return { steal, all: user + nice + system + idle + wait + irq + soft + steal };
};

/** What a measurement gives, or null where more than 3 % of the CPUs' time was stolen meanwhile. */
export function undisturbed(measure) {
  const before = ticks(), value = measure(), after = ticks();
  const share = (after.steal - before.steal) / Math.max(1, after.all - before.all);
  return { value: share <= most ? value : null, share };
}
