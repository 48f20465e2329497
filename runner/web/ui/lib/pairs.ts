// Two sides of a comparison, a backend of a run each, and their cases in pairs.

import { backendOf, type Run } from "./store";
import type { Row } from "./types";

export interface Side { run: Run; backend: string; name: string }

// Case is a case of a side.
export interface Case { side: Side; index: number; row: Row }
export interface Pair { a: Case; b: Case }

// sides are all that can be compared: backends of the run, and of the one beside it.
export function sides(runs: Run[]): Side[] {
  return runs.flatMap((run) => {
    const answered = new Set(run.cases.map((c) => backendOf(c, run)));
    return [...answered].map((backend) => ({ run, backend, name: run.number === 0 ? backend : `${backend} of run ${run.manifest.id.slice(-6)}` }));
  });
}

// keyOf is what a case is called whatever answers it.
export function keyOf(c: Row, backend: string): string {
  return c.id.endsWith("@" + backend) ? c.id.slice(0, -backend.length - 1) : c.id;
}

const judged = (c: Row) => c.outcome !== "error" && c.outcome !== "skipped" && c.outcome !== "unchecked";

// right is whether a case did what it requires, quarantined or not.
export const right = (c: Row) => c.outcome === "passed" || c.outcome === "xpassed" || (c.outcome === "quarantined" && c.samples > 0 && c.passed === c.samples);

function casesOf(side: Side): Case[] {
  return side.run.cases.flatMap((row, index) => (backendOf(row, side.run) === side.backend ? [{ side, index, row }] : []));
}

export interface Pairing { pairs: Pair[]; left: { case: Case; why: string }[] }

// pairUp pairs the cases of two sides by name; what cannot be compared is named.
export function pairUp(a: Side, b: Side, keep: (c: Row) => boolean): Pairing {
  const A = new Map(casesOf(a).map((c) => [keyOf(c.row, a.backend), c]));
  const out: Pairing = { pairs: [], left: [] };
  for (const y of casesOf(b)) {
    const key = keyOf(y.row, b.backend), x = A.get(key);
    A.delete(key);
    if (!keep(x?.side.run.number === 0 ? x.row : y.row)) continue;
    if (!x) out.left.push({ case: y, why: "not in A" });
    else if (!judged(x.row)) out.left.push({ case: x, why: `${x.row.outcome} in A` });
    else if (!judged(y.row)) out.left.push({ case: y, why: `${y.row.outcome} in B` });
    else out.pairs.push({ a: x, b: y });
  }
  for (const x of A.values()) if (keep(x.row)) out.left.push({ case: x, why: "not in B" });
  return out;
}

export interface Groups { onlyA: Pair[]; onlyB: Pair[]; neither: Pair[]; both: Pair[] }

export function grouped(pairs: Pair[]): Groups {
  const of = (a: boolean, b: boolean) => pairs.filter((p) => right(p.a.row) === a && right(p.b.row) === b);
  return { onlyA: of(true, false), onlyB: of(false, true), neither: of(false, false), both: of(true, true) };
}

// signFlip is the p of "no difference": the share of all ways to turn the images'
// sums of differences round that lie as far from 0 (Canay, Romano, Shaikh 2017).
// Cases of one image are no opinions of their own. With one case an image it is
// McNemar's exact test.
export function signFlip(pairs: Pair[]): number {
  const sums = new Map<number, number>();
  for (const p of pairs) {
    const d = Number(right(p.b.row)) - Number(right(p.a.row));
    sums.set(p.a.row.cluster, (sums.get(p.a.row.cluster) ?? 0) + d);
  }
  const all = [...sums.values()].map(Math.abs).filter(Boolean), most = all.reduce((a, b) => a + b, 0);
  const seen = Math.abs([...sums.values()].reduce((a, b) => a + b, 0));
  let share = new Float64Array(2 * most + 1);
  share[most] = 1;
  for (const s of all) {
    const next = new Float64Array(2 * most + 1);
    for (let i = 0; i < share.length; i++) {
      if (!share[i]) continue;
      next[i + s]! += share[i]! / 2;
      next[i - s]! += share[i]! / 2;
    }
    share = next;
  }
  let p = 0;
  for (let i = 0; i < share.length; i++) if (Math.abs(i - most) >= seen) p += share[i]!;
  return Math.min(1, p);
}
