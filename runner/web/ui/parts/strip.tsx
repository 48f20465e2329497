// Strip is every case in run order: one tab stop, arrows move, Enter opens. It shows
// at a glance whether failures gather in a suite.

import { Visible } from "./text";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../lib/numbers";
import { needsYou } from "../lib/outcome";
import { go, link } from "../lib/route";
import { backendOf, kept, suiteOf, theRun } from "../lib/store";
import { nearest, ticks, WIDTH, type Tick } from "../lib/strip";
import { Glyph } from "./glyph";

export function Strip() {
  const run = theRun.value, keep = kept.value;
  const all = useMemo(() => ticks(run.cases), [run]);
  const [at, setAt] = useState(-1), [over, setOver] = useState(-1);
  if (!all.length) return null;
  const told = over >= 0 ? over : at;
  // chosen is the case that a tick stands for: of a bin the first that needs somebody.
  const chosen = (t: Tick) => {
    for (let i = t.first; i <= t.last; i++) if (needsYou(run.cases[i]!)) return i;
    return t.first;
  };
  const open = (tick: number) => go(link("case", run.cases[chosen(all[tick]!)]!.id));
  const pointed = (e: MouseEvent & { currentTarget: SVGSVGElement }) => {
    const r = e.currentTarget.getBoundingClientRect();
    return nearest(all, ((e.clientX - r.left) * WIDTH) / r.width);
  };
  const keyed = (e: KeyboardEvent) => {
    const step: Record<string, number> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: 10, PageUp: -10, Home: -all.length, End: all.length };
    if (e.key === "Enter" && at >= 0) open(at);
    else if (step[e.key] !== undefined) setAt(Math.min(all.length - 1, Math.max(0, at + step[e.key]!)));
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="strip">
      <svg
        id="strip"
        viewBox={`0 0 ${WIDTH} 34`}
        preserveAspectRatio="none"
        tabindex={0}
        role="slider"
        aria-label="All cases in run order"
        aria-valuemin={1}
        aria-valuemax={all.length}
        aria-valuenow={at + 1 || 1}
        aria-valuetext={at < 0 ? "none chosen" : inWords(all[at]!, chosen(all[at]!))}
        onKeyDown={keyed}
        onClick={(e) => open(pointed(e))}
        onPointerMove={(e) => setOver(pointed(e))}
        onPointerLeave={() => setOver(-1)}
        onBlur={() => setAt(-1)}
      >
        {all.map((t) => (
          <TickMark tick={t} dim={!some(t, keep)} />
        ))}
        {told >= 0 && <path class="here" d={`M${all[told]!.x + all[told]!.width / 2 - 5} 33h10l-5-6z`} />}
      </svg>
      <Names all={all} />
      {told >= 0 && <Told tick={all[told]!} index={chosen(all[told]!)} />}
    </div>
  );
}

function some(t: Tick, keep: Uint8Array): boolean {
  for (let i = t.first; i <= t.last; i++) if (keep[i]) return true;
  return false;
}

function inWords(t: Tick, index: number): string {
  const c = theRun.value.cases[index]!;
  return t.first === t.last ? `${c.name}, ${c.outcome}` : `cases ${count(t.first + 1)} to ${count(t.last + 1)}, worst ${t.outcome}`;
}

function TickMark({ tick: t, dim }: { tick: Tick; dim: boolean }) {
  const cls = `o-${t.outcome}${dim ? " dim" : ""}`;
  if (t.outcome === "error" && t.height === 24)
    return <path class={cls} fill="currentColor" d={`M${t.x} 25h${t.width}v-10h-${t.width}zM${t.x} 13h${t.width}v-12h-${t.width}z`} />;
  return <rect class={cls} fill="currentColor" fill-opacity={t.outcome === "passed" ? 0.5 : 1} x={t.x.toFixed(2)} y={25 - t.height} width={t.width.toFixed(2)} height={t.height} />;
}

function Told({ tick: t, index }: { tick: Tick; index: number }) {
  const c = theRun.value.cases[index]!;
  return (
    <div class="strip-label" aria-hidden="true">
      <Glyph outcome={c.outcome} quiet />
      <span>{c.outcome}</span>
      <b class="medium"><Visible text={c.name} /></b>
      <span class="faint">
        {suiteOf(c)} · {backendOf(c)}
        {t.first !== t.last && ` · cases ${count(t.first + 1)} to ${count(t.last + 1)}`}
      </span>
    </div>
  );
}

// Names of the suites stand below as text, so that they are not stretched.
function Names({ all }: { all: Tick[] }) {
  const run = theRun.value, box = useRef<HTMLDivElement>(null);
  const starts = useMemo(() => {
    const seen = new Set<number>();
    return all.flatMap((t) => {
      const suite = run.cases[t.first]!.suite;
      return seen.has(suite) ? [] : (seen.add(suite), [{ x: t.x, name: run.suites[suite] ?? "" }]);
    });
  }, [all]);
  useLayoutEffect(() => {
    const place = () => {
      let end = -1;
      [...box.current!.children].forEach((child, i) => {
        const span = child as HTMLElement, x = (starts[i]!.x * box.current!.clientWidth) / WIDTH;
        span.style.left = `${x}px`;
        const fits = x >= end && x + span.offsetWidth <= box.current!.clientWidth;
        span.style.visibility = fits ? "" : "hidden";
        if (fits) end = x + span.offsetWidth + 8;
      });
    };
    place();
    const observer = new ResizeObserver(place);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [starts]);
  return (
    <div class="strip-names" aria-hidden="true" ref={box}>
      {starts.map((s) => (
        <span class="faint">{s.name}</span>
      ))}
    </div>
  );
}
