// Scatter: what was read from the answers against a column of the rows; its numbers
// as a table in a fold.

import { Visible } from "./text";
import { fixed, plural, signed, ticks, bootstrapMean, minus } from "../lib/numbers";
import { needsYou } from "../lib/outcome";
import { link } from "../lib/route";
import type { Run } from "../lib/store";
import type { Gate, Scatter as Data } from "../lib/types";

const W = 440, H = 330, L = 38, B = 34;

// Shapes of the groups; never a cross, which is a miss.
const shapes = [<circle r="3.4" />, <path d="M0-4.4L4.2 3.2h-8.4z" />, <rect x="-3.4" y="-3.4" width="6.8" height="6.8" />, <path d="M0-4.6L4.6 0 0 4.6-4.6 0z" />];
const signs = ["○", "△", "□", "◇"];

export function Scatter({ run, scatter: s }: { run: Run; scatter: Data }) {
  const g = run.gates![s.gate]!, groups = groupsOf(run, s);
  const [x0, x1] = range(s.column), [y0, y1] = range(s.values), same = overlap([x0, x1], [y0, y1]);
  const [low, high] = [Math.min(x0, y0), Math.max(x1, y1)], [a0, a1] = same ? [low, high] : [x0, x1], [b0, b1] = same ? [low, high] : [y0, y1];
  const x = (v: number) => L + ((W - L - 12) * (v - a0)) / (a1 - a0), y = (v: number) => H - B - ((H - B - 14) * (v - b0)) / (b1 - b0);
  const stats = (run.gates ?? []).filter((o) => o.suite === g.suite && o.backend === g.backend && o.of === g.of && o.against === g.against && o.label === g.label);
  return (
    <figure>
      <h2 class="ruled">
        {g.of} against {g.against}: {g.suite}, {g.backend}
      </h2>
      <svg class="plot" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={`Scatter of ${s.cases.length} values of ${g.of} against ${g.against}. ${stats.map(statement).join("; ")}. The table below has the numbers.`}>
        <Axes x={x} y={y} a={[a0, a1]} b={[b0, b1]} />
        {same && <path class="axis" d={`M${x(low)} ${y(low)}L${x(high)} ${y(high)}`} />}
        {s.cases.map((c, i) => (
          <g class={`mark ${needsYou(run.cases[c]!) ? "o-failed" : "o-passed"}`} transform={`translate(${x(s.column[i]!).toFixed(1)},${y(s.values[i]!).toFixed(1)})`}>
            {shapes[groups.of[i]! % shapes.length]}
          </g>
        ))}
        <text x={W - 12} y={H - 3} text-anchor="end">
          {g.against}
        </text>
        <text x={L + 6} y="12">
          {g.of}
        </text>
      </svg>
      <figcaption class="small muted">
        {stats.map((o, i) => (
          <>
            {i > 0 && ", "}
            {o.metric.toUpperCase()} <b>{o.value === null ? "not defined" : fixed(o.value, 3)}</b>
            {o.low !== undefined && ` (${fixed(o.low, 3)} to ${fixed(o.high!, 3)})`}
          </>
        ))}
        . {groups.names.length > 1 && groups.names.map((n, i) => `${signs[i % signs.length]} ${n}`).join(", ")}
        {same && <Bias run={run} s={s} groups={groups} />}
        <Numbers run={run} s={s} g={g} />
      </figcaption>
    </figure>
  );
}

const statement = (o: Gate) => `${o.metric.toUpperCase()} ${o.value === null ? "not defined" : fixed(o.value, 3)}`;

function range(values: number[]): [number, number] {
  const low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) * 0.06;
  return [low - room, high + room];
}

// overlap: on one scale both axes are alike, and the diagonal is agreement.
const overlap = (a: [number, number], b: [number, number]) => Math.min(a[1], b[1]) - Math.max(a[0], b[0]) > 0.4 * (Math.max(a[1], b[1]) - Math.min(a[0], b[0]));

function Axes({ x, y, a, b }: { x: (v: number) => number; y: (v: number) => number; a: [number, number]; b: [number, number] }) {
  return (
    <>
      {ticks(a).map((v) => (
        <>
          <path class="grid" d={`M${x(v)} 14V${H - B}`} />
          <text x={x(v)} y={H - B + 16} text-anchor="middle">
            {minus(String(v))}
          </text>
        </>
      ))}
      {ticks(b).map((v) => (
        <>
          <path class="grid" d={`M${L} ${y(v)}H${W - 12}`} />
          <text x={L - 8} y={y(v) + 4} text-anchor="end">
            {minus(String(v))}
          </text>
        </>
      ))}
    </>
  );
}

interface Groups { names: string[]; of: number[] }

// groupsOf are the labels that set the cases apart; one group where none do.
function groupsOf(run: Run, s: Data): Groups {
  const common = new Set((run.cases[s.cases[0]!]!.labels ?? []).filter((l) => s.cases.every((c) => run.cases[c]!.labels?.includes(l))));
  const names: string[] = [], of: number[] = [];
  for (const c of s.cases) {
    const name = (run.cases[c]!.labels ?? []).find((l) => !common.has(l)) ?? "other";
    if (!names.includes(name)) names.push(name);
    of.push(names.indexOf(name));
  }
  return names.length > shapes.length ? { names: ["all"], of: s.cases.map(() => 0) } : { names, of };
}

function Bias({ run, s, groups }: { run: Run; s: Data; groups: Groups }) {
  return (
    <p>
      {groups.names.map((name, k) => {
        const which = s.cases.map((_, i) => i).filter((i) => groups.of[i] === k), d = which.map((i) => s.values[i]! - s.column[i]!);
        const [low, high] = bootstrapMean(d, which.map((i) => run.cases[s.cases[i]!]!.cluster)), mean = d.reduce((a, b) => a + b, 0) / d.length;
        return (
          <>
            {k > 0 && "; "}
            {groups.names.length > 1 ? `${name} off by ` : "Off by "}
            {signed(mean, 2)} ({minus(fixed(low))} to {minus(fixed(high))})
          </>
        );
      })}
      , on average.
    </p>
  );
}

const mostRows = 500;

const Numbers = ({ run, s, g }: { run: Run; s: Data; g: Gate }) => (
  <details>
    <summary>as a table</summary>
    <div class="scroll-x tall" tabIndex={0} role="region" aria-label={`${g.of} against ${g.against}, ${g.backend}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">case</th>
            <th scope="col" class="num">{g.against}</th>
            <th scope="col" class="num">{g.of}</th>
          </tr>
        </thead>
        <tbody>
          {s.cases.slice(0, mostRows).map((c, i) => (
            <tr>
              <td>
                <a href={link("case", run.cases[c]!.id)}><Visible text={run.cases[c]!.name} /></a>
              </td>
              <td class="num">{s.column[i]}</td>
              <td class="num">{s.values[i]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {s.cases.length > mostRows && <p>{plural(s.cases.length - mostRows, "row")} more are in the JSON report.</p>}
  </details>
);
