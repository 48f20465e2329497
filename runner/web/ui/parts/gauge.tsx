// Gauge: the allowed range as a band, each value as a mark, ○ inside, × outside.

import type { Scale } from "../lib/gauge";
import { value } from "../lib/numbers";

const W = 400;

export function Gauge({ scale: s }: { scale: Scale }) {
  const x = (v: number) => 6 + ((W - 12) * (Math.min(s.high, Math.max(s.low, v)) - s.low)) / (s.high - s.low || 1);
  const few = s.marks.length <= 4;
  const labels = s.marks
    .filter((m) => few || !m.ok)
    .slice(0, 3)
    .map((m) => ({ x: x(m.value), text: `${m.label && s.marks.length > 1 ? `#${m.label} ` : ""}${value(m.value)}` }));
  return (
    <svg class="gauge" viewBox={`0 0 ${W} 34`} preserveAspectRatio="xMinYMid meet" role="img" aria-label={`${s.what}: ${s.marks.map((m) => value(m.value)).join(", ")}; allowed: ${s.allowed}`}>
      <rect class="allow" x={x(s.from)} y="5" width={Math.max(2, x(s.to) - x(s.from))} height="10" />
      <line class="axis" x1="6" x2={W - 6} y1="10" y2="10" />
      {[s.from, s.to].filter((v) => (v > s.low && v < s.high) || s.from === s.to).map((v) => <line class="edge" x1={x(v)} x2={x(v)} y1="3" y2="17" />)}
      {s.marks.map((m) => (m.ok ? <circle class="m-pass" cx={x(m.value)} cy="10" r="3.5" /> : <path class="m-fail" d={`M${x(m.value) - 4} 6l8 8m0-8l-8 8`} />))}
      {joined(labels).map((l) => (
        <text x={Math.min(W - 4, Math.max(4, l.x))} y="30" text-anchor={l.x > W - 50 ? "end" : l.x < 50 ? "start" : "middle"}>
          {l.text}
        </text>
      ))}
    </svg>
  );
}

interface Label { x: number; text: string }

// joined brings labels together that would lie over each other.
function joined(labels: Label[]): Label[] {
  const out: Label[] = [];
  for (const l of labels.sort((a, b) => a.x - b.x)) {
    const before = out.at(-1);
    if (before && l.x - before.x < 14 + (5.6 * (before.text.length + l.text.length)) / 2) {
      before.text += ", " + l.text;
      before.x = (before.x + l.x) / 2;
    } else out.push({ ...l });
  }
  return out;
}
