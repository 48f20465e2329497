// Threshold: verdicts as they would be with another bound, and the line to paste.

import { Visible } from "../parts/text";
import { axisOf, around, passes, reading, snapped, type Axis, type Reading } from "../lib/judge";
import { named } from "../lib/gauge";
import { fixed, minus, plural } from "../lib/numbers";
import { link, show } from "../lib/route";
import { param, theRun, type Run } from "../lib/store";
import type { Threshold } from "../lib/types";
import { CopyLine } from "../parts/copy";
import { Glyph } from "../parts/glyph";
import { Histogram } from "../parts/histogram";
import { Thumb } from "../parts/thumb";

export function ThresholdView() {
  const run = theRun.value, all = run.thresholds ?? [], t = all[Number(param("of", "0"))] ?? all[0];
  if (!t)
    return (
      <div class="page">
        <h1>Threshold</h1>
        <p class="muted gap">No check of this run compares a number with the same bound over three answers or more.</p>
      </div>
    );
  return (
    <div class="page">
      <div class="toolbar">
        <h1>Threshold</h1>
        <label class="small muted">
          of{" "}
          <select id="threshold-of" class="field" value={String(all.indexOf(t))} onChange={(e) => show({ of: e.currentTarget.value, at: "" })}>
            {all.map((x, i) => (
              <option value={String(i)}>
                {x.kind} · {x.suite} · {x.backend} · line {x.line}
              </option>
            ))}
          </select>
        </label>
        <span class="small faint">verdicts are computed in this page from the stored measurements; nothing is asked again</span>
      </div>
      <Body run={run} t={t} />
    </div>
  );
}

// unitOf says what the numbers are.
function unitOf(t: Threshold): string {
  if (t.what === "difference") return "difference from what is near";
  if (t.kind === "keypoints" && t.what === "distance") return "distance of the farthest point, as a fraction of the longer side";
  const what = t.what === "value" ? t.kind : named(t.what);
  return t.unit ? `${what}, ${t.unit}` : what;
}

function Body({ run, t }: { run: Run; t: Threshold }) {
  const axis = axisOf(t), wanted = param("at"), at = wanted === "" || !Number.isFinite(Number(wanted)) ? t.bound : snapped(t, axis, Number(wanted));
  const r = reading(t, at), move = (x: number) => show({ at: String(snapped(t, axis, x)) });
  return (
    <div class="split">
      <div>
        <Histogram t={t} axis={axis} at={at} name={unitOf(t)} spoken={`${fixed(at, axis.digits)}: ${r.passed} of ${r.n} pass`} move={move} />
        <p class="small muted">
          Bars: answers by {unitOf(t)}; solid would pass, hatched would not. Line: share that passes at each threshold. Drag, click, or use the arrow keys (<kbd>Shift</kbd> for ten steps).
        </p>
        <h2 class="ruled spaced">
          At the line <span class="faint normal">the last that pass, the first that do not</span>
        </h2>
        <Film run={run} t={t} at={at} axis={axis} />
      </div>
      <Readings run={run} t={t} at={at} axis={axis} r={r} />
    </div>
  );
}

function Film({ run, t, at, axis }: { run: Run; t: Threshold; at: number; axis: Axis }) {
  const near = around(t, at);
  return (
    <div class="film" tabIndex={0} role="region" aria-label="Cases nearest to the threshold">
      {near.map((i, k) => (
        <>
          {k > 0 && passes(t, near[k - 1]!, at) && !passes(t, i, at) && <span class="cut" aria-hidden="true" />}
          <a key={i} href={link("case", run.cases[t.cases[i]!]!.id)}>
            <Thumb run={run} index={t.cases[i]!} />
            <span class="outcome">
              <Glyph outcome={passes(t, i, at) ? "passed" : "failed"} />
              {minus(fixed(t.values[i]!, axis.digits + 1))}
            </span>
          </a>
        </>
      ))}
    </div>
  );
}

function Readings({ run, t, at, axis, r }: { run: Run; t: Threshold; at: number; axis: Axis; r: Reading }) {
  const now = t.passed.filter(Boolean).length, text = Number(fixed(at, axis.digits));
  const line = `${t.key ?? (t.least ? "min" : "max")}: ${t.kind === "latency" ? `${text}s` : text}`;
  return (
    <div>
      <p class="big">{minus(fixed(at, axis.digits))}</p>
      <p class="muted under">{unitOf(t)}</p>
      <dl class="readings">
        <div>
          <dt>pass</dt>
          <dd>
            <b>{r.passed}</b> of {r.n}
          </dd>
        </div>
        <div>
          <dt>rate, 95 %</dt>
          <dd>
            {fixed(r.low)} to {fixed(r.high)}
          </dd>
        </div>
        <div>
          <dt>in the spec</dt>
          <dd>
            {minus(fixed(t.bound, axis.digits))}: {now} of {r.n}
          </dd>
        </div>
        <div>
          <dt>would flip</dt>
          <dd>
            <Flipped t={t} r={r} at={at} />
          </dd>
        </div>
      </dl>
      <CopyLine text={line} name="the line of YAML" id="yaml-line" />
      <p class="small faint under">
        of <code>{t.kind}</code>, <span class="mono">{t.file}:{t.line}</span>
      </p>
      {(t.lost?.length ?? 0) > 0 && <p class="notice small">{plural(t.lost!.length, "answer")} {t.lost!.length === 1 ? "does" : "do"} not pass whatever the threshold is: not read, or failing for another reason.</p>}
      <Flips run={run} t={t} at={at} axis={axis} r={r} />
    </div>
  );
}

function Flipped({ t, r, at }: { t: Threshold; r: Reading; at: number }) {
  if (!r.flips.length) return <>none</>;
  const to = passes(t, r.flips[0]!, at) ? "pass" : "fail";
  return (
    <>
      <b>{r.flips.length}</b> to {to}
    </>
  );
}

const mostFlips = 12;

function Flips({ run, t, at, axis, r }: { run: Run; t: Threshold; at: number; axis: Axis; r: Reading }) {
  return (
    <section aria-labelledby="h-flips">
      <h2 id="h-flips" class="ruled">
        Would flip
      </h2>
      {r.flips.length ? (
        <ul class="lines">
          {r.flips.slice(0, mostFlips).map((i) => (
            <li key={i}>
              <Glyph outcome={t.passed[i] ? "passed" : "failed"} />
              <span aria-hidden="true" class="faint">
                →
              </span>
              <Glyph outcome={passes(t, i, at) ? "passed" : "failed"} />
              <a class="clip" href={link("case", run.cases[t.cases[i]!]!.id)}>
                <Visible text={run.cases[t.cases[i]!]!.name} />
              </a>
              <span>{minus(fixed(t.values[i]!, axis.digits + 1))}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p class="muted gap">Move the line to see which cases would change.</p>
      )}
      {r.flips.length > mostFlips && <p class="small muted close">and {r.flips.length - mostFlips} more</p>}
      <p class="notice small spaced">A threshold chosen on the cases it is judged by looks better than it is. Keep some cases aside.</p>
    </section>
  );
}
