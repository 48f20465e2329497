// Suites × backends: what needs you, the pass rate with its interval, the gates.

import { Visible } from "../parts/text";
import { count, wilson } from "../lib/numbers";
import { needsYou, ORDER } from "../lib/outcome";
import { link } from "../lib/route";
import type { Run } from "../lib/store";
import type { Gate, Outcome } from "../lib/types";
import { Glyph } from "../parts/glyph";
import { Interval } from "../parts/interval";
import { gatesOf } from "./run";

interface Line { suite: string; backend: string; cases: number; counted: number; passed: number; needs: Map<Outcome, number>; gates: Gate[] }

// lines sums up; passed is what a gate on accuracy counts.
function lines(run: Run): Line[] {
  const all = new Map<string, Line>(), gates = gatesOf(run);
  for (const c of run.cases) {
    const suite = run.suites[c.suite]!, backend = run.backends[c.backend]!, key = `${c.suite}/${c.backend}`;
    let l = all.get(key);
    if (!l) all.set(key, (l = { suite, backend, cases: 0, counted: 0, passed: 0, needs: new Map(), gates: gates.filter((g) => g.suite === suite && g.backend === backend) }));
    l.cases++;
    if (c.outcome !== "skipped") l.counted++;
    if (c.outcome === "passed" || c.outcome === "xpassed") l.passed++;
    if (needsYou(c)) l.needs.set(c.outcome, (l.needs.get(c.outcome) ?? 0) + 1);
  }
  return [...all.values()];
}

export function Suites({ run }: { run: Run }) {
  return (
    <section class="suites" aria-labelledby="h-suites">
      <h2 id="h-suites" class="ruled">
        Suites
      </h2>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="Suites, scrollable">
        <table>
          <thead>
            <tr>
              <th scope="col">suite</th>
              <th scope="col" class="hide-small">
                backend
              </th>
              <th scope="col" class="num hide-small">
                cases
              </th>
              <th scope="col">need you</th>
              <th scope="col" class="num">
                passed
              </th>
              <th scope="col" class="w-rate">
                <span class="vh">pass rate and its 95 % interval, from 0 to 1</span>
                <span class="axis-head" aria-hidden="true">
                  <span>0</span>
                  <span class="hide-small">pass rate, 95 %</span>
                  <span>1</span>
                </span>
              </th>
              <th scope="col" class="hide-small">
                gates
              </th>
            </tr>
          </thead>
          <tbody>
            {lines(run).map((l) => (
              <SuiteLine key={`${l.suite}/${l.backend}`} line={l} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function SuiteLine({ line: l }: { line: Line }) {
  const [low, high] = wilson(l.passed, l.counted), accuracy = l.gates.find((g) => g.metric === "accuracy" && !g.of && !g.label);
  return (
    <tr>
      <td>
        <a href={link("gallery", "", { q: `p:${l.suite}` })}><Visible text={l.suite} /></a>
        <span class="only-small faint small"> {l.backend}</span>
      </td>
      <td class="muted hide-small">{l.backend}</td>
      <td class="num hide-small">{count(l.cases)}</td>
      <td>
        <span class="counts">
          {ORDER.filter((o) => l.needs.has(o)).map((o) => (
            <a class="outcome ink" href={link("gallery", "", { q: `p:${l.suite} b:${l.backend} s:${o}` })}>
              <Glyph outcome={o} />
              {count(l.needs.get(o)!)}
            </a>
          ))}
        </span>
      </td>
      <td class="num nowrap">
        {count(l.passed)} of {count(l.counted)}
      </td>
      <td>
        {l.counted > 0 ? <Interval value={l.passed / l.counted} low={low} high={high} min={accuracy?.min} max={accuracy?.max} /> : <span class="faint">none judged</span>}
      </td>
      <td class="hide-small">
        <span class="gatelist">
          {l.gates.map((g) => (
            <a href={link("metrics")}>
              <Glyph outcome={g.outcome ?? "none"} />
              {g.label ? `${g.name} @${g.label}` : g.metric} {boundOf(g)}
            </a>
          ))}
        </span>
      </td>
    </tr>
  );
}

export function boundOf(g: Gate): string {
  return [g.min !== undefined ? `≥ ${g.min}` : "", g.max !== undefined ? `≤ ${g.max}` : ""].filter(Boolean).join(", ");
}
