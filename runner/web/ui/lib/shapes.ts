// The shapes that checks looked at, and how they lie to each other.

import type { Detail, Measure, Sample, Shape, Verdict } from "./types";

export interface Size { width: number; height: number }
export interface Mark extends Shape { measure?: Measure }
export interface Marks { expected: Mark[]; found: Mark[] }

// verdictsOf are all of a sample, those inside any_of and the like too.
export function verdictsOf(s: Sample | undefined): Verdict[] {
  const all: Verdict[] = [];
  const walk = (vs: Verdict[] | undefined) => vs?.forEach((v) => (all.push(v), walk(v.inner)));
  s?.turns?.forEach((t) => walk(t.verdicts));
  return all;
}

// marksOf are the shapes on an image of a sample, each once: what two checks
// found is one mark, and a miss if it is one for either.
export function marksOf(c: Detail, sample: number, image: number): Marks {
  const expected: Mark[] = [], found = new Map<string, Mark>();
  const seen = new Set<string>();
  for (const v of verdictsOf(c.samples?.[sample])) {
    if (!v.overlay || v.overlay.image !== image) continue;
    v.overlay.expected?.forEach((s, i) => {
      const key = JSON.stringify([s.kind, s.points, s.radius, s.path]);
      if (seen.has(key)) return;
      seen.add(key);
      const measure = v.measures?.find((m) => m.target === i);
      expected.push(measure ? { ...s, measure } : s);
    });
    v.overlay.found?.forEach((s, i) => add(found, s, v.measures?.find((m) => m.found === i)));
  }
  return { expected, found: [...found.values()] };
}

function add(found: Map<string, Mark>, s: Shape, measure: Measure | undefined) {
  const key = JSON.stringify([s.kind, s.points, s.path]);
  const before = found.get(key);
  if (!before) found.set(key, measure ? { ...s, measure } : { ...s });
  else if (!s.ok) before.ok = false;
}

// firstDrawn is the image that the first check drew on; 0 where none did.
export function firstDrawn(c: Detail, sample: number): number {
  const drawn = verdictsOf(c.samples?.[sample]).flatMap((v) => (v.overlay ? [v.overlay.image] : []));
  return drawn.length ? Math.min(...drawn) : 0;
}

// firstWrong is the sample to look at first.
export const firstWrong = (c: Detail) => Math.max(0, (c.samples ?? []).findIndex((s) => s.outcome !== "passed"));

export const pixel = (p: readonly [number, number], size: Size): [number, number] => [p[0] * size.width, p[1] * size.height];

// far is the distance of two points as a fraction of the longer side.
export function far(a: readonly [number, number], b: readonly [number, number], size: Size): number {
  return Math.hypot((a[0] - b[0]) * size.width, (a[1] - b[1]) * size.height) / Math.max(size.width, size.height);
}

// describe is an overlay in words.
export function describe({ found, expected }: Marks): string {
  return `Overlay. Expected: ${counted(expected) || "nothing drawn"}. Found: ${counted(found) || "nothing"}; ${found.filter((f) => f.ok).length} as expected.`;
}

function counted(list: Shape[]): string {
  const n = new Map<string, number>();
  for (const s of list) {
    const kind = s.kind === "circle" ? "point" : s.kind;
    n.set(kind, (n.get(kind) ?? 0) + 1);
  }
  return [...n].map(([kind, k]) => `${k} ${k === 1 ? kind : kind === "box" ? "boxes" : kind + "s"}`).join(", ");
}
