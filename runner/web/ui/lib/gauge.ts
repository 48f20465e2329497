// What a check measured and what it allows, on one axis: the same for every kind.

import type { Measure, Verdict } from "./types";

export interface Scale {
  what: string;
  low: number;
  high: number;
  from: number;
  to: number;
  marks: { label: string; value: number; ok: boolean }[];
  allowed: string;
}

// Measures that lie between 0 and 1.
const shares = new Set(["iou", "oks", "inside", "similarity", "grade", "confidence"]);
const names: Record<string, string> = { iou: "IoU", oks: "OKS" };

export const named = (what: string) => names[what] ?? what;

export const inside = (m: Measure) => (m.min === undefined || m.value >= m.min - 1e-9) && (m.max === undefined || m.value <= m.max + 1e-9);

// scaleOf is the gauge of a verdict; null where it measured nothing that is
// compared with a bound.
export function scaleOf(v: Verdict): Scale | null {
  const all = (v.measures ?? []).filter((m) => m.min !== undefined || m.max !== undefined);
  const first = all[0];
  if (!first) return null;
  const what = first.what === "value" ? v.kind : first.what;
  const marks = all.map((m) => ({ label: m.target === undefined ? "" : String(m.target + 1), value: m.value, ok: inside(m) }));
  const [low, high] = shares.has(what) ? [0, 1] : range(all, what === "score" && first.min !== undefined);
  return {
    what: named(what), low, high, marks, from: Math.max(low, first.min ?? low), to: Math.min(high, first.max ?? high), allowed: allowed(first),
  };
}

// range is from 0 to a little beyond everything, or closer where 0 is far away.
function range(all: Measure[], around: boolean): [number, number] {
  const values = all.flatMap((m) => [m.value, m.min, m.max].filter((v) => v !== undefined));
  let low = Math.min(0, ...values), high = Math.max(...values);
  if (around) low = Math.min(...values) - (high - Math.min(...values)) * 0.3;
  if (all[0]!.max !== undefined) high = Math.max(high, all[0]!.max * (all[0]!.min === undefined ? 2 : 1));
  const room = (high - low || 1) * 0.08;
  return [low < 0 || around ? low - room : low, high + room];
}

const plain = (x: number) => String(Number(x.toPrecision(6)));

function allowed(m: Measure): string {
  const unit = m.unit ? ` ${m.unit}` : "";
  if (m.min !== undefined && m.max !== undefined) return m.min === m.max ? `exactly ${plain(m.min)}${unit}` : `${plain(m.min)} to ${plain(m.max)}${unit}`;
  return m.min !== undefined ? `at least ${plain(m.min)}${unit}` : `at most ${plain(m.max!)}${unit}`;
}
