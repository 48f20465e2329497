// The filter, which the URL holds: s: outcome, p: file or suite, b: backend, k:
// check, @label, #case, else text; - before any of them for not.

import { needsYou } from "./outcome";
import type { Row, Summary } from "./types";

export type Test = (c: Row) => boolean;

// parse makes a test of a filter.
export function parse(query: string, s: Summary): Test {
  const tokens = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const tests = tokens.map((t) => token(t, s, tokens));
  return (c) => tests.every((test) => test(c));
}

function token(t: string, s: Summary, all: string[]): Test {
  if (t.startsWith("-") && t.length > 1) {
    const test = token(t.slice(1), s, all);
    return (c) => !test(c);
  }
  if (t.startsWith("@")) return (c) => (c.labels ?? []).some((l) => l.toLowerCase() === t.slice(1));
  if (t.startsWith("#")) return (c) => c.id.toLowerCase() === t.slice(1);
  const colon = t.indexOf(":");
  const make = colon > 0 ? keyed[t.slice(0, colon)] : undefined;
  return make ? make(t.slice(colon + 1), s, all) : (c) => text(c, s).includes(t);
}

const keyed: Record<string, (v: string, s: Summary, all: string[]) => Test> = {
  s: (v) => {
    const wanted = v.split(",").filter(Boolean);
    return (c) => wanted.some((o) => (o === "needs" ? needsYou(c) : c.outcome === o || c.outcome.startsWith(o)));
  },
  p: (v, s) => {
    const files = s.files.map((f) => f.toLowerCase().includes(v));
    const suites = s.suites.map((n) => n.toLowerCase().includes(v));
    return (c) => files[c.file]! || suites[c.suite]!;
  },
  b: (v, s) => (c) => s.backends[c.backend]!.toLowerCase() === v,
  // With an outcome, the check that did not pass is meant.
  k: (v, _, all) => {
    const failing = all.some((t) => t.startsWith("s:"));
    return (c) => ((failing ? c.failing : c.kinds) ?? []).includes(v);
  },
};

// text is what free words are looked for in, made when it is first needed.
const texts = new WeakMap<Row, string>();
function text(c: Row, s: Summary): string {
  let t = texts.get(c);
  if (t === undefined) {
    t = `${c.id}\n${c.name}\n${c.reason ?? ""}\n${s.prompts[c.prompt] ?? ""}\n${c.answer ?? ""}`.toLowerCase();
    texts.set(c, t);
  }
  return t;
}

// outcomes are those that a filter names; "needs" is not one.
export const outcomes = (query: string): string[] => /(?:^|\s)s:([\w,]*)/.exec(query)?.[1]?.split(",").filter(Boolean) ?? [];

// toggled is a filter with an outcome added or taken away.
export function toggled(query: string, outcome: string): string {
  const now = outcomes(query);
  const next = now.includes(outcome) ? now.filter((o) => o !== outcome) : [...now, outcome];
  return (query.replace(/(?:^|\s)s:[\w,]*/, "") + (next.length ? ` s:${next.join(",")}` : "")).trim();
}
