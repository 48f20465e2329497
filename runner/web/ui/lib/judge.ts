// Judging again with another bound, from stored measurements.

import { wilson } from "./numbers";
import type { Threshold } from "./types";

export interface Axis { low: number; high: number; step: number; digits: number; bins: number }

const nice = (x: number) => {
  const power = 10 ** Math.floor(Math.log10(x)), rest = x / power;
  return (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10) * power;
};

const shares = new Set(["iou", "oks", "inside", "similarity", "grade"]);

// axisOf holds the bound and most values; what lies beyond is in the last bin.
export function axisOf(t: Threshold): Axis {
  const share = shares.has(t.what) || t.kind === "confidence";
  const top = Math.max(t.bound, ...t.values.slice(0, 20000));
  const low = share ? 0 : Math.min(0, t.bound, ...t.values.slice(0, 20000));
  let high = share ? 1 : Math.max(Math.min(top, t.bound > 0 ? 4 * t.bound : top), t.bound > 0 && !t.least ? 1.5 * t.bound : t.bound);
  if (high <= low) high = low + 1;
  let step = nice((high - low) / 100);
  // The bound of the spec must be on the grid, or nobody gets back to it.
  for (let i = 0; i < 4 && Math.abs(t.bound / step - Math.round(t.bound / step)) > 1e-6; i++) step /= i % 2 ? 5 : 2;
  high = Number((Math.ceil(high / step - 1e-9) * step).toFixed(9));
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9) + (Math.abs(step * 10 ** Math.ceil(-Math.log10(step) - 1e-9) - Math.round(step * 10 ** Math.ceil(-Math.log10(step) - 1e-9))) > 1e-6 ? 1 : 0)));
  return { low, high, step, digits, bins: 50 };
}

// snapped is a value on the grid; near the spec's bound it is that bound.
export function snapped(t: Threshold, axis: Axis, x: number): number {
  if (Math.abs(x - t.bound) < axis.step / 2) return t.bound;
  return Number(Math.min(axis.high, Math.max(axis.low, Math.round(x / axis.step) * axis.step)).toFixed(9));
}

// passes says whether an answer passes with a bound. With the spec's own it is what
// the run found: an error of binary fractions must flip no case.
export function passes(t: Threshold, i: number, at: number): boolean {
  if (at === t.bound) return t.passed[i] === 1;
  return t.least ? t.values[i]! >= at - 1e-9 : t.values[i]! <= at + 1e-9;
}

export interface Reading { passed: number; n: number; low: number; high: number; flips: number[] }

export function reading(t: Threshold, at: number): Reading {
  const n = t.cases.length + (t.lost?.length ?? 0);
  let passed = 0;
  const flips: number[] = [];
  for (let i = 0; i < t.cases.length; i++) {
    const now = passes(t, i, at);
    if (now) passed++;
    if (now !== (t.passed[i] === 1)) flips.push(i);
  }
  const [low, high] = wilson(passed, n);
  return { passed, n, low, high, flips };
}

// around are the answers next to the line: the last that pass, the first that do not.
export function around(t: Threshold, at: number, each = 4): number[] {
  const order = t.cases.map((_, i) => i).sort((a, b) => (t.least ? t.values[b]! - t.values[a]! : t.values[a]! - t.values[b]!));
  const first = order.findIndex((i) => !passes(t, i, at)), cut = first < 0 ? order.length : first;
  return order.slice(Math.max(0, cut - each), cut + each);
}
