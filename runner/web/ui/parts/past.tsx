// Cells is how a case ended in the latest runs: one bar a run, low for passed.

import { inWords, ofLetter } from "../lib/outcome";

const heights: Record<string, number> = { p: 4, x: 4, "-": 2, q: 8, ".": 1 };

export function Cells({ past, width = 6, height = 14, last = 15 }: { past: string; width?: number; height?: number; last?: number }) {
  const s = past.slice(-last), n = s.length;
  if (n < 2) return null;
  return (
    <svg class="history-mini" width={n * width} height={height} viewBox={`0 0 ${n * width} ${height}`} role="img" aria-label={`Last ${n} runs, oldest first: ${inWords(s)}`}>
      {[...s].map((l, i) => {
        const h = ((heights[l] ?? 14) * height) / 14;
        return (
          <rect class={`o-${ofLetter(l) ?? "none"}`} x={i * width} y={height - h} width={width - 1.5} height={h} fill="currentColor" opacity={l === "p" ? 0.55 : 1} />
        );
      })}
    </svg>
  );
}
