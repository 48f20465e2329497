// Outcomes: their order, which need somebody, their letters in a history.

import type { Outcome, Row } from "./types";

export const ORDER: Outcome[] = [
  "failed", "error", "unstable", "stale", "xpassed", "unchecked", "inconclusive", "quarantined", "xfailed", "skipped", "passed",
];
export const NEEDS_YOU = new Set<Outcome>(["failed", "error", "unstable", "stale", "xpassed", "unchecked"]);

// needsYou reports whether somebody must act on a case.
export const needsYou = (c: Row) => NEEDS_YOU.has(c.outcome) && !c.lets;

const LETTERS: Record<string, Outcome> = {
  p: "passed", f: "failed", u: "unstable", s: "stale", e: "error", x: "xfailed", X: "xpassed", q: "quarantined", "-": "skipped", c: "unchecked",
};
export const ofLetter = (letter: string): Outcome | undefined => LETTERS[letter];

// Letters of runs in which the case was judged, and did or did not do as it should.
const judged = (past: string) => past.replace(/[^pfuesXxc]/g, "");
const good = (letter: string) => letter === "p" || letter === "x";

// flips counts how often a case changed sides.
export function flips(past: string): number {
  const s = judged(past);
  let n = 0;
  for (let i = 1; i < s.length; i++) if (good(s[i]!) !== good(s[i - 1]!)) n++;
  return n;
}

// neverPassed is a case that was judged more than once, and never well.
export const neverPassed = (past: string) => [...judged(past)].every((l) => !good(l));

// lastTwo are the letters of this run and of the one before in which the case ran.
export function lastTwo(past: string): [string, string] | undefined {
  const now = past.at(-1);
  const before = past.slice(0, -1).replace(/[.-]/g, "").at(-1);
  return now && before && now !== "-" ? [before, now] : undefined;
}

// inWords is a history as a sentence: "3 passed, 1 failed".
export function inWords(past: string): string {
  const out: [string, number][] = [];
  for (const l of past) {
    const last = out.at(-1);
    if (last?.[0] === l) last[1]++;
    else out.push([l, 1]);
  }
  return out.map(([l, n]) => `${n} ${ofLetter(l) ?? "not run"}`).join(", ");
}
