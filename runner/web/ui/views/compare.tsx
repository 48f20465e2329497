// Compare: two backends, or two runs, case by case; flips first.

import { Visible } from "../parts/text";
import { fixed, mcnemar, bootstrapMean, minus, plural, signed } from "../lib/numbers";
import { grouped, keyOf, pairUp, sides, signFlip, type Groups, type Pair, type Pairing, type Side } from "../lib/pairs";
import { go, link, show } from "../lib/route";
import { param, passing, query, runs } from "../lib/store";
import { CopyLine } from "../parts/copy";
import { Glyph } from "../parts/glyph";
import { Windowed } from "../parts/windowed";
import { Disagreement } from "./disagree";
import { Duo } from "./duo";

export function CompareView() {
  const all = sides(runs.value);
  if (all.length < 2) return <Alone />;
  const a = all[Number(param("a", "0"))] ?? all[0]!, b = all[Number(param("b", "1"))] ?? all[1]!;
  if (param("mode") === "all" && all.length > 1) return <Disagreement sides={all} />;
  const pairing = pairUp(a, b, passing.value), groups = grouped(pairing.pairs);
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Compare</h1>
        <Choice name="a" sides={all} now={a} />
        <Choice name="b" sides={all} now={b} />
        <button id="mode-all" class="button" onClick={() => show({ mode: "all" })}>
          all {all.length} at once
        </button>
      </div>
      {pairing.pairs.length > 0 && <Paired pairing={pairing} groups={groups} />}
      {pairing.left.length > 0 && <Left pairing={pairing} />}
      {pairing.pairs.length > 0 ? <Both groups={groups} a={a} /> : <Nothing a={a} b={b} />}
    </div>
  );
}

const Alone = () => (
  <div class="page">
    <h1>Compare</h1>
    <p class="muted gap">This report has one backend of one run. Give a second backend to the suite, or write a report of two runs:</p>
    <CopyLine text="vlmspec report RUN --with OTHER-RUN --format html=out/report.html" name="the command" />
  </div>
);

const Nothing = ({ a, b }: { a: Side; b: Side }) => (
  <div class="state">
    <p>
      {a.name} and {b.name} answered no case {query.value ? "of this filter " : ""}in common. Choose two that ran the same suite.
    </p>
  </div>
);

function Choice({ name, sides, now }: { name: string; sides: Side[]; now: Side }) {
  return (
    <label class="small muted">
      {name.toUpperCase()}{" "}
      <select id={`side-${name}`} class="field" value={String(sides.indexOf(now))} onChange={(e) => show({ [name]: e.currentTarget.value, case: "" })}>
        {sides.map((s, i) => (
          <option value={String(i)}>{s.name}</option>
        ))}
      </select>
    </label>
  );
}

const pValue = (p: number) => (p < 0.001 ? p.toExponential(0).replace("e-", " · 10⁻").replace(/10⁻(\d+)/, (_, d: string) => "10⁻" + [...d].map((x) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(x)]).join("")) : fixed(p, 3));

function Paired({ pairing: { pairs }, groups: g }: { pairing: Pairing; groups: Groups }) {
  const b = g.onlyA.length, c = g.onlyB.length, images = new Set(pairs.map((p) => p.a.row.cluster)).size;
  const flipped = new Set([...g.onlyA, ...g.onlyB].map((p) => p.a.row.cluster)).size;
  const differences = pairs.map((p) => p.b.row.score - p.a.row.score), mean = differences.reduce((s, d) => s + d, 0) / pairs.length;
  const [low, high] = bootstrapMean(differences, pairs.map((p) => p.a.row.cluster));
  return (
    <div class="paired">
      <Quad groups={g} />
      <div>
        <p>
          <b>
            B is right where A is wrong in {plural(c, "case")}; A where B is wrong in {b}.
          </b>
        </p>
        <p class="muted">
          Sign flips of {plural(flipped, "image")} that differ: p = {pValue(signFlip(pairs))}
          {flipped < 6 && "; fewer than six cannot be significant"}. {images < pairs.length && `The ${pairs.length} cases show ${images} images, and are counted by image. `}McNemar's exact test by case: p = {pValue(mcnemar(b, c))}. Mean score B −
          A: {signed(mean)} ({minus(fixed(low, 3))} to {minus(fixed(high, 3))}, 95 %, bootstrap over images).
        </p>
      </div>
    </div>
  );
}

const Quad = ({ groups: g }: { groups: Groups }) => (
  <table class="quad">
    <caption class="vh">Paired outcomes</caption>
    <thead>
      <tr>
        <td class="corner" />
        <th scope="col">B passes</th>
        <th scope="col">B fails</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">A passes</th>
        <td>{g.both.length}</td>
        <td class="flipped">{g.onlyA.length}</td>
      </tr>
      <tr>
        <th scope="row">A fails</th>
        <td class="flipped">{g.onlyB.length}</td>
        <td>{g.neither.length}</td>
      </tr>
    </tbody>
  </table>
);

function Left({ pairing: { left } }: { pairing: Pairing }) {
  return (
    <p class="notice">
      {plural(left.length, "case")} {left.length === 1 ? "is" : "are"} not compared:{" "}
      {left.slice(0, 3).map((l, i) => (
        <>
          {i > 0 && ", "}
          {l.case.side.run.number === 0 ? <a href={link("case", l.case.row.id)}><Visible text={l.case.row.name} /></a> : <Visible text={l.case.row.name} />} ({l.why})
        </>
      ))}
      {left.length > 3 && ` and ${left.length - 3} more`}.
    </p>
  );
}

type Line = { title: string; n: number } | Pair;

function Both({ groups: g, a }: { groups: Groups; a: Side }) {
  const lines: Line[] = ([["A only", g.onlyA], ["B only", g.onlyB], ["neither", g.neither], ["both", g.both]] as [string, Pair[]][]).flatMap(([title, pairs]) =>
    pairs.length ? [{ title, n: pairs.length }, ...pairs] : [],
  );
  const key = (p: Pair) => keyOf(p.a.row, a.backend);
  const wanted = lines.findIndex((l) => "a" in l && key(l) === param("case")), active = wanted < 0 ? 1 : wanted, now = lines[active] as Pair;
  return (
    <div class="compare-grid">
      <nav class="flips" aria-label="Cases, flips first">
        <Windowed
          id="pair-rows"
          label="Cases, flips first"
          count={lines.length}
          height={36}
          active={active}
          heading={(i) => !("a" in lines[i]!)}
          choose={(i) => show({ case: key(lines[i] as Pair) })}
          row={(i) => <PairLine line={lines[i]!} />}
        />
      </nav>
      <Duo key={key(now)} pair={now} />
    </div>
  );
}

function PairLine({ line: l }: { line: Line }) {
  if (!("a" in l))
    return (
      <span class="group-head">
        {l.title} <span class="faint">{l.n}</span>
      </span>
    );
  return (
    <span class="flip">
      <span class="pairglyph">
        <Glyph outcome={l.a.row.outcome} />
        <span aria-hidden="true" class="faint">
          →
        </span>
        <Glyph outcome={l.b.row.outcome} />
      </span>
      <span class="clip"><Visible text={l.a.row.name} /></span>
    </span>
  );
}

// open leads to a pair from elsewhere.
export const open = (a: number, b: number, key: string) => go(link("compare", "", { a: String(a), b: String(b), case: key }));
