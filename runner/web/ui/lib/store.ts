// The state of the page: what is shown (the URL), and what has been read.

import { computed, signal, type Signal } from "@preact/signals";
import { parse } from "./filter";
import { needsYou } from "./outcome";
import type { Picture, Source } from "./source";
import type { Detail, Row, Summary } from "./types";

export interface Route { view: string; id: string; params: URLSearchParams }

export const route = signal<Route>({ view: "run", id: "", params: new URLSearchParams() });
export const query = computed(() => route.value.params.get("q") ?? "");
export const param = (key: string, otherwise = "") => route.value.params.get(key) ?? otherwise;

// Run is a summary with what is looked up in it.
export interface Run extends Summary { number: number; byId: Map<string, number> }

export const runs = signal<Run[]>([]);
export const theRun = computed(() => runs.value[0]!);
export const source = signal<Source | null>(null);

export function indexed(s: Summary, number: number): Run {
  const byId = new Map<string, number>();
  s.cases.forEach((c, i) => byId.has(c.id) || byId.set(c.id, i));
  return { ...s, number, byId };
}

// passing tests the filter; selected are the indices of its cases, in run order.
export const passing = computed(() => parse(query.value, theRun.value));
export const selected = computed(() => {
  const test = passing.value, out: number[] = [];
  theRun.value.cases.forEach((c, i) => test(c) && out.push(i));
  return out;
});
// kept says of each case, 1 or 0, whether it passes the filter.
export const kept = computed(() => {
  const out = new Uint8Array(theRun.value.cases.length);
  for (const i of selected.value) out[i] = 1;
  return out;
});
export const needy = computed(() => selected.value.filter((i) => needsYou(theRun.value.cases[i]!)));

export const suiteOf = (c: Row, run: Run = theRun.value) => run.suites[c.suite] ?? "";
export const backendOf = (c: Row, run: Run = theRun.value) => run.backends[c.backend] ?? "";
export const fileOf = (c: Row, run: Run = theRun.value) => run.files[c.file] ?? "";

// Chunks of cases, the latest last; the oldest is forgotten.
type Chunk = Signal<Detail[] | Error | null>;
const chunks = new Map<string, Chunk>();
const mostChunks = 16;

// detail is a case of a run: null while it is being inflated. Whoever reads it is
// drawn again when it has come.
export function detail(run: Run, index: number): Detail | Error | null {
  const number = Math.floor(index / run.chunk), key = `${run.number}/${number}`;
  let chunk = chunks.get(key);
  if (!chunk) {
    chunk = signal<Detail[] | Error | null>(null);
    load(chunk, run.number, number);
    if (chunks.size >= mostChunks) chunks.delete(chunks.keys().next().value!);
  } else {
    chunks.delete(key);
  }
  chunks.set(key, chunk);
  const all = chunk.value;
  if (all === null || all instanceof Error) return all;
  return all[index % run.chunk] ?? new Error("the report has no such case");
}

async function load(chunk: Chunk, run: number, number: number) {
  try {
    chunk.value = await source.value!.cases(run, number);
  } catch (e) {
    chunk.value = e instanceof Error ? e : new Error(String(e));
  }
}

// forget drops what was read of a run: it has changed.
export function forget(run: number) {
  for (const key of chunks.keys()) if (key.startsWith(`${run}/`)) chunks.delete(key);
}

const pictures = new Map<string, Signal<Picture | null>>();

// picture is an image of a run: null while it is on its way.
export function picture(run: Run, index: number): Picture | null {
  const key = `${run.number}/${index}`;
  let one = pictures.get(key);
  if (!one) {
    const made = signal<Picture | null>(null);
    pictures.set(key, (one = made));
    source.value!.image(run.number, index).then(
      (p) => (made.value = p),
      (e) => (made.value = { problem: String(e) }),
    );
  }
  return one.value;
}
