// Where the ticks of the strip stand: one for each case, or bins of cases.

import { needsYou, NEEDS_YOU } from "./outcome";
import type { Outcome, Row } from "./types";

export const WIDTH = 1200;
const gap = 6, mostTicks = 1000, bins = 400;

export interface Tick { x: number; width: number; height: number; outcome: Outcome; first: number; last: number }

const rank: Record<string, number> = { failed: 9, error: 8, unstable: 7, stale: 6, xpassed: 5, unchecked: 4, quarantined: 3, xfailed: 2, passed: 1, skipped: 0 };

export function ticks(cases: Row[]): Tick[] {
  return cases.length > mostTicks ? binned(cases) : single(cases);
}

function single(cases: Row[]): Tick[] {
  const suites = new Set(cases.map((c) => c.suite)).size;
  const unit = Math.min(24, (WIDTH - gap * Math.max(0, suites - 1)) / Math.max(1, cases.length));
  let x = 0, before = -1;
  return cases.map((c, i) => {
    if (before >= 0 && c.suite !== before) x += gap;
    before = c.suite;
    const tick = { x, width: Math.max(1, unit - 1.2), height: heightOf(c.outcome), outcome: c.outcome, first: i, last: i };
    x += unit;
    return tick;
  });
}

function heightOf(o: Outcome): number {
  if (o === "failed" || o === "error") return 24;
  if (NEEDS_YOU.has(o)) return 17;
  return o === "passed" ? 6 : 3;
}

// binned has the colour of the worst outcome, and as height the share that needs
// somebody.
function binned(cases: Row[]): Tick[] {
  const n = Math.min(bins, cases.length), width = WIDTH / n;
  return Array.from({ length: n }, (_, b) => {
    const first = Math.floor((b * cases.length) / n), last = Math.floor(((b + 1) * cases.length) / n) - 1;
    let outcome: Outcome = "skipped", bad = 0;
    for (let i = first; i <= last; i++) {
      const c = cases[i]!;
      if ((rank[c.outcome] ?? 0) > rank[outcome]!) outcome = c.outcome;
      if (needsYou(c)) bad++;
    }
    const share = bad / (last - first + 1);
    return { x: b * width, width: Math.max(1, width - 0.6), height: bad ? 8 + 16 * Math.sqrt(share) : 6, outcome, first, last };
  });
}

// nearest is the tick at an x of the strip.
export function nearest(all: Tick[], x: number): number {
  let best = 0;
  for (let i = 1; i < all.length; i++) {
    if (Math.abs(all[i]!.x + all[i]!.width / 2 - x) < Math.abs(all[best]!.x + all[best]!.width / 2 - x)) best = i;
  }
  return best;
}
