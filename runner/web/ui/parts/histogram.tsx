// Histogram of the values of a check, with the threshold as a handle.

import { useRef } from "preact/hooks";
import { passes, type Axis } from "../lib/judge";
import { fixed, minus, ticks } from "../lib/numbers";
import type { Threshold } from "../lib/types";

const W = 900, H = 300, L = 34, R = 44, B = 26, TOP = 22;

interface Props { t: Threshold; axis: Axis; at: number; name: string; spoken: string; move: (x: number) => void }

export function Histogram({ t, axis, at, name, spoken, move }: Props) {
  const svg = useRef<SVGSVGElement>(null), dragged = useRef(false);
  const x = (v: number) => L + ((W - L - R) * (Math.min(axis.high, Math.max(axis.low, v)) - axis.low)) / (axis.high - axis.low);
  const { inside, all } = binned(t, axis, at), top = Math.max(1, ...all), y = (k: number) => H - B - ((H - B - TOP) * k) / top;
  const to = (e: PointerEvent) => {
    const r = svg.current!.getBoundingClientRect();
    move(axis.low + ((axis.high - axis.low) * (((e.clientX - r.left) * W) / r.width - L)) / (W - L - R));
  };
  const keyed = (e: KeyboardEvent) => {
    const k = (e.shiftKey ? 10 : 1) * axis.step;
    const next: Record<string, number> = { ArrowRight: at + k, ArrowUp: at + k, ArrowLeft: at - k, ArrowDown: at - k, PageUp: at + 10 * axis.step, PageDown: at - 10 * axis.step, Home: axis.low, End: axis.high };
    if (next[e.key] === undefined) return;
    e.preventDefault();
    move(next[e.key]!);
  };
  return (
    <svg
      ref={svg}
      class="plot histogram"
      id="histogram"
      viewBox={`0 0 ${W} ${H}`}
      role="group"
      aria-label={`Histogram of ${name}, ${t.cases.length} answers; the line is the threshold`}
      onPointerDown={(e) => {
        e.preventDefault(); // or the drag selects text
        dragged.current = true;
        svg.current!.setPointerCapture(e.pointerId);
        svg.current!.querySelector<SVGElement>("[role=slider]")?.focus({ preventScroll: true });
        to(e);
      }}
      onPointerMove={(e) => dragged.current && to(e)}
      onPointerUp={() => (dragged.current = false)}
      onPointerCancel={() => (dragged.current = false)}
    >
      <g aria-hidden="true">
        <Grid t={t} axis={axis} x={x} />
        {[0, top].map((k) => (
          <text x={L - 6} y={y(k) + 4} text-anchor="end">
            {k}
          </text>
        ))}
        {all.map((k, i) => k > 0 && <Bar inside={inside[i]!} all={k} left={x(axis.low + (i * (axis.high - axis.low)) / axis.bins) + 1} width={(W - L - R) / axis.bins - 2} y={y} />)}
        <path class="curve" d={curve(t, x)} />
        <path class="axis" d={`M${L} ${H - B}H${W - R}`} />
        <line class="now" x1={x(t.bound)} x2={x(t.bound)} y1="16" y2={H - B} />
        {at !== t.bound && (
          <text x={x(t.bound)} y="11" text-anchor="middle">
            in the spec
          </text>
        )}
      </g>
      <g id="handle" class="handle" tabindex={0} role="slider" aria-label="Threshold" aria-valuemin={axis.low} aria-valuemax={axis.high} aria-valuenow={Number(fixed(at, axis.digits))} aria-valuetext={spoken} onKeyDown={keyed}>
        <rect x={x(at) - 14} y="0" width="28" height={H - B} fill="transparent" />
        <line x1={x(at)} x2={x(at)} y1="14" y2={H - B} />
        <path d={`M${x(at) - 7} 4h14v7l-7 7-7-7z`} />
        <rect class="ring" x={x(at) - 10} y="1" width="20" height="20" rx="3" fill="none" />
      </g>
    </svg>
  );
}

function binned(t: Threshold, axis: Axis, at: number) {
  const all = new Array<number>(axis.bins).fill(0), inside = new Array<number>(axis.bins).fill(0);
  t.values.forEach((v, i) => {
    const bin = Math.max(0, Math.min(axis.bins - 1, Math.floor(((v - axis.low) / (axis.high - axis.low)) * axis.bins + 1e-9)));
    all[bin]!++;
    if (passes(t, i, at)) inside[bin]!++;
  });
  return { all, inside };
}

function Bar({ inside, all, left, width, y }: { inside: number; all: number; left: number; width: number; y: (k: number) => number }) {
  return (
    <>
      {inside > 0 && <rect class="bar-pass" x={left} y={y(inside)} width={width} height={y(0) - y(inside)} />}
      {all > inside && <rect class="bar-fail" x={left + 0.5} y={y(all) + 0.5} width={width - 1} height={Math.max(0, y(0) - y(all - inside) - 0.5)} />}
    </>
  );
}

function Grid({ t, axis, x }: { t: Threshold; axis: Axis; x: (v: number) => number }) {
  const beyond = t.values.some((v) => v > axis.high + 1e-9);
  return (
    <>
      {ticks([axis.low, axis.high]).map((v, i, all) => (
        <>
          <path class="grid" d={`M${x(v)} 16V${H - B}`} />
          <text x={x(v)} y={H - 8} text-anchor="middle">
            {minus(String(v))}
            {i === all.length - 1 && beyond ? " +" : ""}
          </text>
        </>
      ))}
      {[0, 0.5, 1].map((p) => (
        <text x={W - R + 6} y={H - B - (H - B - TOP) * p + 4}>
          {p * 100} %
        </text>
      ))}
    </>
  );
}

// curve is the share of all answers that passes at each threshold.
function curve(t: Threshold, x: (v: number) => number): string {
  const n = t.values.length + (t.lost?.length ?? 0), y = (p: number) => (H - B - (H - B - TOP) * p).toFixed(1);
  const sorted = [...t.values].sort((a, b) => a - b), every = Math.max(1, Math.floor(sorted.length / 800));
  const share = (k: number) => (t.least ? sorted.length - k : k) / n;
  let d = `M${L} ${y(share(0))}`;
  for (let i = 0; i < sorted.length; i += every) d += `H${x(sorted[i]!).toFixed(1)}V${y(share(Math.min(sorted.length, i + every)))}`;
  return d + `H${W - R}`;
}
