// Disagreement: every case on every side, those that the sides do not agree on
// first.

import { Visible } from "../parts/text";
import { plural } from "../lib/numbers";
import { keyOf, right, type Side } from "../lib/pairs";
import { link, show } from "../lib/route";
import { backendOf, passing } from "../lib/store";
import type { Row } from "../lib/types";
import { OutcomeWord } from "../parts/glyph";

interface Line { key: string; name: string; cells: (Row | undefined)[]; split: number }

// splitOf is how evenly the sides are divided: the smaller camp.
function splitOf(cells: (Row | undefined)[]): number {
  const votes = cells.filter((c) => c !== undefined && c.outcome !== "skipped").map((c) => right(c!));
  return Math.min(votes.filter(Boolean).length, votes.filter((v) => !v).length);
}

function lines(sides: Side[]): Line[] {
  const all = new Map<string, Line>();
  sides.forEach((side, k) =>
    side.run.cases.forEach((c) => {
      if (backendOf(c, side.run) !== side.backend || !passing.value(c)) return;
      const key = keyOf(c, side.backend), line = all.get(key) ?? { key, name: c.name, cells: sides.map(() => undefined), split: 0 };
      line.cells[k] = c;
      all.set(key, line);
    }),
  );
  const shared = [...all.values()].filter((l) => l.cells.filter(Boolean).length > 1);
  shared.forEach((l) => (l.split = splitOf(l.cells)));
  return shared.sort((a, b) => b.split - a.split);
}

const most = 200;

export function Disagreement({ sides }: { sides: Side[] }) {
  const all = lines(sides), split = all.filter((l) => l.split > 0);
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Disagreement</h1>
        <span class="small muted">
          {plural(split.length, "case")} of {all.length} that {sides.length > 2 ? "several" : "both"} answered {split.length === 1 ? "is" : "are"} right on some and wrong on others; the most divided come first
        </span>
        <button id="mode-two" class="button" onClick={() => show({ mode: "" })}>
          two at a time
        </button>
      </div>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="Disagreement, scrollable">
        <table>
          <thead>
            <tr>
              <th scope="col">case</th>
              {sides.map((s) => (
                <th scope="col">{s.name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(split.length ? split : all).slice(0, most).map((l) => (
              <tr key={l.key}>
                <td>
                  <a href={address(sides, l)}><Visible text={l.name} /></a>
                </td>
                {l.cells.map((c) => (
                  <td>{c ? <OutcomeWord outcome={c.outcome} /> : <span class="faint">not run</span>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {split.length > most && <p class="small muted close">The first {most} of {split.length}; the filter shows others.</p>}
    </div>
  );
}

// address leads to the first two sides that differ.
function address(sides: Side[], l: Line): string {
  const has = sides.flatMap((_, i) => (l.cells[i] ? [i] : [])), a = has[0]!;
  const b = has.find((i) => right(l.cells[i]!) !== right(l.cells[a]!)) ?? has[1]!;
  return link("compare", "", { a: String(a), b: String(b), case: l.key });
}
