// Metrics: one table of all gates and values, scatter plots, calibration.

import { count, fixed } from "../lib/numbers";
import { theRun, type Run } from "../lib/store";
import type { Gate } from "../lib/types";
import { Calibration } from "../parts/calibration";
import { Glyph } from "../parts/glyph";
import { Interval } from "../parts/interval";
import { Scatter } from "../parts/scatter";
import { boundOf } from "./suites";

export function MetricsView() {
  const run = theRun.value, gates = run.gates ?? [];
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Metrics</h1>
        <span class="small faint">whisker: interval, 95 % where the gate names no other; blue line: the bound of the gate, which reads the end of the interval when it asks for confidence</span>
      </div>
      {gates.length > 0 ? <Table gates={gates} /> : <p class="muted">No suite of this run has a metric. `metrics:` in a spec adds some.</p>}
      <div class="plots">
        {(run.scatters ?? []).map((s) => (
          <Scatter run={run} scatter={s} />
        ))}
        <ByLabel gates={gates} />
        {backends(run).map((b) => (
          <Calibration run={run} backend={b} />
        ))}
      </div>
    </div>
  );
}

const backends = (run: Run) => [...new Set(run.cases.filter((c) => c.confidence !== undefined).map((c) => c.backend))];

const inUnit = (g: Gate) => [g.value, g.low, g.high, g.min, g.max].every((v) => v === undefined || v === null || (v >= 0 && v <= 1));

function Table({ gates }: { gates: Gate[] }) {
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="Metrics, scrollable">
      <table>
        <thead>
          <tr>
            <th scope="col">suite</th>
            <th scope="col">metric</th>
            <th scope="col">backend</th>
            <th scope="col" class="num">cases</th>
            <th scope="col" class="num">value</th>
            <th scope="col">interval</th>
            <th scope="col" class="w-plot">
              <span class="vh">plot from 0 to 1, or from −1 where a value is below 0</span>
              <span class="axis-head" aria-hidden="true">
                <span>0</span>
                <span>.5</span>
                <span>1</span>
              </span>
            </th>
            <th scope="col" class="num">bound</th>
            <th scope="col">gate</th>
          </tr>
        </thead>
        <tbody>
          {gates.map((g, i) => (
            <Line g={g} same={i > 0 && gates[i - 1]!.suite === g.suite} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ g, same }: { g: Gate; same: boolean }) {
  const isGate = g.min !== undefined || g.max !== undefined;
  return (
    <tr>
      <td>{same ? <span class="vh">{g.suite}</span> : g.suite}</td>
      <td>
        {g.metric}{" "}
        <span class="faint">
          {g.of && `of ${g.of}`} {g.against && `against ${g.against}`} {g.label && `@${g.label}`}
        </span>
      </td>
      <td class="muted">{g.backend}</td>
      <td class="num">{count(g.cases)}</td>
      <td class="num">{g.value === null ? "–" : fixed(g.value, 3)}</td>
      <td class="nowrap muted">
        {g.low !== undefined && g.high !== undefined ? `${fixed(g.low, 3)} to ${fixed(g.high, 3)}${g.confidence && g.confidence !== 0.95 ? ` (${g.confidence})` : ""}` : "none"}
      </td>
      <td>{inUnit(g) ? <Interval value={g.value} low={g.low} high={g.high} min={g.min} max={g.max} /> : <span class="faint">outside 0 to 1</span>}</td>
      <td class="num nowrap">{boundOf(g)}</td>
      <td class={isGate ? "" : "faint"}>
        {isGate && g.outcome ? (
          <span class="outcome" title={g.reason}>
            <Glyph outcome={g.outcome} quiet />
            {g.outcome}
            {g.outcome === "inconclusive" && <span class="muted">{/needs about [\d,]+ more cases/.exec(g.reason ?? "")?.[0]}</span>}
          </span>
        ) : (
          "no gate"
        )}
      </td>
    </tr>
  );
}

// ByLabel is each metric by the labels of the cases.
function ByLabel({ gates }: { gates: Gate[] }) {
  const some = gates.filter((g) => (g.labels?.length ?? 0) > 1);
  if (!some.length) return null;
  return (
    <section>
      <h2 class="ruled">By label</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">metric</th>
            <th scope="col">label</th>
            <th scope="col" class="num">cases</th>
            <th scope="col" class="num">value</th>
          </tr>
        </thead>
        <tbody>
          {some.flatMap((g) =>
            g.labels!.map((l, i) => (
              <tr>
                <td>
                  <span class={i ? "vh" : ""}>
                    {g.suite} {g.name} <span class="faint">{g.backend}</span>
                  </span>
                </td>
                <td>@{l.label}</td>
                <td class="num">{l.cases}</td>
                <td class="num">{fixed(l.value, 3)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  );
}
