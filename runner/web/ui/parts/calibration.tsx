// Calibration: how often answers are right, by how sure the model was of their
// tokens. On the diagonal it is as right as it is sure.

import { fixed, plural, wilson } from "../lib/numbers";
import { right } from "../lib/pairs";
import type { Run } from "../lib/store";

const W = 440, H = 330, L = 38, B = 34, bins = 10;

interface Bin { n: number; right: number; sum: number }

function binned(run: Run, backend: number): Bin[] {
  const all: Bin[] = Array.from({ length: bins }, () => ({ n: 0, right: 0, sum: 0 }));
  for (const c of run.cases) {
    if (c.backend !== backend || c.confidence === undefined || c.outcome === "error" || c.outcome === "skipped" || c.outcome === "unchecked") continue;
    const b = all[Math.min(bins - 1, Math.floor(c.confidence * bins))]!;
    b.n++;
    b.sum += c.confidence;
    if (right(c)) b.right++;
  }
  return all;
}

export function Calibration({ run, backend }: { run: Run; backend: number }) {
  const all = binned(run, backend), n = all.reduce((s, b) => s + b.n, 0);
  if (n < 2) return null;
  // Expected calibration error (Naeini, Cooper, Hauskrecht 2015).
  const ece = all.reduce((s, b) => s + (b.n ? Math.abs(b.right - b.sum) : 0), 0) / n;
  const x = (v: number) => L + (W - L - 12) * v, y = (v: number) => H - B - (H - B - 14) * v, filled = all.filter((b) => b.n);
  const name = run.backends[backend]!;
  return (
    <figure>
      <h2 class="ruled">Right, by how sure: {name}</h2>
      <svg class="plot" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={`Calibration of ${name} over ${n} cases: expected calibration error ${fixed(ece, 3)}. The table below has the numbers.`}>
        {[0, 0.25, 0.5, 0.75, 1].map((v) => (
          <>
            <path class="grid" d={`M${x(v)} ${y(1)}V${y(0)}M${x(0)} ${y(v)}H${x(1)}`} />
            <text x={x(v)} y={H - B + 16} text-anchor="middle">
              {v}
            </text>
            <text x={L - 8} y={y(v) + 4} text-anchor="end">
              {v}
            </text>
          </>
        ))}
        <path class="axis" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
        {filled.map((b) => {
          const [low, high] = wilson(b.right, b.n), at = x(b.sum / b.n);
          return (
            <g>
              <path class="whisker" d={`M${at} ${y(low)}V${y(high)}M${at - 4} ${y(low)}h8M${at - 4} ${y(high)}h8`} />
              <circle class="dot" cx={at} cy={y(b.right / b.n)} r="3.5" />
            </g>
          );
        })}
        <text x={W - 12} y={H - 3} text-anchor="end">
          mean token probability
        </text>
        <text x={L + 6} y="12">
          share that is right
        </text>
      </svg>
      <figcaption class="small muted">
        Expected calibration error <b>{fixed(ece, 3)}</b> over {plural(n, "case")}; whiskers: 95 % intervals.
        <details>
          <summary>as a table</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">sure, mean</th>
                <th scope="col" class="num">right</th>
                <th scope="col" class="num">of</th>
              </tr>
            </thead>
            <tbody>
              {filled.map((b) => (
                <tr>
                  <td>{fixed(b.sum / b.n, 3)}</td>
                  <td class="num">{b.right}</td>
                  <td class="num">{b.n}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </figcaption>
    </figure>
  );
}
