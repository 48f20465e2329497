// History: cases over the latest runs, those that changed sides most often first.

import { Visible } from "../parts/text";
import { useState } from "preact/hooks";
import { plural } from "../lib/numbers";
import { flips, inWords, neverPassed, ofLetter, ORDER } from "../lib/outcome";
import { link } from "../lib/route";
import { backendOf, selected, suiteOf, theRun, type Run } from "../lib/store";
import type { Row } from "../lib/types";
import { OutcomeWord, SHAPES } from "../parts/glyph";

const width = 22;

interface Line { c: Row; flips: number }

export function HistoryView() {
  const run = theRun.value, n = run.past.length;
  if (n < 2)
    return (
      <div class="page">
        <h1>History</h1>
        <p class="muted gap">There is no earlier run of this project beside this one.</p>
      </div>
    );
  const all = selected.value.map((i): Line => ({ c: run.cases[i]!, flips: flips(run.cases[i]!.past ?? "") }));
  const flaky = all.filter((l) => l.flips > 0).sort((a, b) => b.flips - a.flips || ORDER.indexOf(a.c.outcome) - ORDER.indexOf(b.c.outcome));
  const broken = all.filter((l) => !l.flips && neverPassed(l.c.past ?? "") && l.c.outcome !== "skipped");
  const calm = all.length - flaky.length - broken.length;
  return (
    <div class="page">
      <div class="toolbar">
        <h1>History</h1>
        <span class="small faint">{n} runs, oldest at the left; cases that changed sides most often come first</span>
      </div>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="History, scrollable">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col" class="stay">case</th>
              <th scope="col" class="hide-small">suite</th>
              <th scope="col">backend</th>
              <th scope="col">
                <span class="vh">outcome in each run</span>
                <Counts run={run} />
              </th>
              <th scope="col" class="num">flips</th>
              <th scope="col">now</th>
            </tr>
          </thead>
          <Lines run={run} lines={flaky} most={40} />
          <Lines run={run} lines={broken} most={20} title="never passed, always the same" />
        </table>
      </div>
      {!flaky.length && <p class="muted gap">No case changed sides.</p>}
      <p class="small muted gap">
        <svg width="10" height="8" viewBox="0 0 10 8" aria-hidden="true">
          <path d="M5 0l4 7H1z" fill="var(--accent)" />
        </svg>{" "}
        a model's digest changed. {plural(calm, "case")} passed in every run and {calm === 1 ? "is" : "are"} left out. A case that fails always is broken, not flaky; it is listed apart.
      </p>
    </div>
  );
}

function Lines({ run, lines, most, title }: { run: Run; lines: Line[]; most: number; title?: string }) {
  const [all, setAll] = useState(false), shown = all ? lines : lines.slice(0, most);
  if (!lines.length) return null;
  return (
    <tbody>
      {title && (
        <tr>
          <th scope="rowgroup" colSpan={6} class="apart">
            {title}
          </th>
        </tr>
      )}
      {shown.map((l) => (
        <tr key={l.c.id}>
          <th scope="row" class="stay">
            <a class="clip" href={link("case", l.c.id)}>
              <Visible text={l.c.name} />
            </a>
          </th>
          <td class="muted hide-small">{suiteOf(l.c, run)}</td>
          <td class="muted">{backendOf(l.c, run)}</td>
          <td class="cells">
            <Outcomes past={l.c.past ?? ""} />
          </td>
          <td class="num">{l.flips || ""}</td>
          <td>
            <OutcomeWord outcome={l.c.outcome} />
          </td>
        </tr>
      ))}
      {lines.length > shown.length && (
        <tr>
          <td colSpan={6}>
            <button class="button button--plain small" onClick={() => setAll(true)}>
              show all {lines.length}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}

function Outcomes({ past }: { past: string }) {
  return (
    <svg width={past.length * width} height="20" viewBox={`0 0 ${past.length * width} 20`} role="img" aria-label={inWords(past)}>
      {[...past].map((l, i) => {
        const o = ofLetter(l);
        return (
          o && (
            <svg class={`o-${o}`} x={i * width + 4} y="3" width="14" height="14" viewBox="0 0 14 14" opacity={l === "p" ? 0.55 : 1}>
              {l === "p" ? SHAPES["none"] : SHAPES[o]}
            </svg>
          )
        );
      })}
    </svg>
  );
}

// Counts are the cases that failed in each run, and where a model changed.
function Counts({ run }: { run: Run }) {
  const n = run.past.length, failed = run.past.map((_, i) => run.cases.filter((c) => "fue".includes(c.past?.[i] ?? ".")).length), most = Math.max(1, ...failed);
  const changed = run.past.map((p, i) => {
    const before = run.past[i - 1];
    return before !== undefined && Object.entries(p.models ?? {}).some(([name, digest]) => before.models?.[name] !== undefined && before.models[name] !== digest);
  });
  return (
    <svg width={n * width} height="62" viewBox={`0 0 ${n * width} 62`} role="img" aria-label={`Failing cases in each run: ${failed.join(", ")}`}>
      <path d={`M0 46H${n * width}`} stroke="var(--line-strong)" />
      {failed.map((k, i) => {
        const h = (34 * k) / most, x = i * width + 11;
        return (
          <>
            <rect class="o-failed" x={x - 5} y={46 - h} width="10" height={h} fill="currentColor" />
            {k > 0 && (i === 0 || i === n - 1 || k === most) && (
              <text x={x} y={42 - h} text-anchor="middle" font-size="11" fill="var(--ink-2)">
                {k}
              </text>
            )}
            {changed[i] && <path d={`M${x} 49l4 6h-8z`} fill="var(--accent)" />}
          </>
        );
      })}
    </svg>
  );
}
