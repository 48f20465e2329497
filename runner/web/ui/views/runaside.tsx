// Beside the run: since the last one, slowest, time in the model, backends.

import { Visible } from "../parts/text";
import { duration, plural } from "../lib/numbers";
import { lastTwo, ofLetter } from "../lib/outcome";
import { link } from "../lib/route";
import { backendOf, detail, type Run } from "../lib/store";
import type { Detail, Row, Timings } from "../lib/types";
import { Glyph } from "../parts/glyph";
import { TimingBar } from "../parts/timing";

export function Aside({ run }: { run: Run }) {
  return (
    <aside aria-label="About this run">
      <Since run={run} />
      <Slowest run={run} />
      <Time run={run} />
      <Backends run={run} />
    </aside>
  );
}

interface Change { c: Row; was: string; now: string }

const good = (letter: string) => letter === "p" || letter === "x";

function Since({ run }: { run: Run }) {
  const all = run.cases.flatMap((c): Change[] => {
    const two = lastTwo(c.past ?? "");
    return two && two[0] !== two[1] ? [{ c, was: two[0], now: two[1] }] : [];
  });
  if (run.past.length < 2) return null;
  const broke = all.filter((x) => good(x.was) && !good(x.now)), mended = all.filter((x) => !good(x.was) && good(x.now)), other = all.length - broke.length - mended.length;
  return (
    <section>
      <h2>Since they last ran</h2>
      <ul class="lines">
        {[...broke.slice(0, 4), ...mended.slice(0, 4)].map((x) => (
          <li key={x.c.id}>
            <span class="outcome">
              <Glyph outcome={ofLetter(x.was) ?? "none"} />
              <span aria-hidden="true" class="faint">
                →
              </span>
              <span class="vh">then</span>
              <Glyph outcome={ofLetter(x.now) ?? "none"} />
            </span>
            <a class="clip" href={link("case", x.c.id)}>
              <Visible text={x.c.name} />
            </a>
            <span class="faint">{backendOf(x.c, run)}</span>
          </li>
        ))}
      </ul>
      <p class="small muted close">
        {all.length ? `${plural(broke.length, "case")} no longer ${broke.length === 1 ? "passes" : "pass"}, ${mended.length} now ${mended.length === 1 ? "passes" : "pass"}${other ? `, ${other} changed otherwise` : ""}.` : "Every case ended as it did before."}{" "}
        <a href={link("history")}>History</a>
      </p>
    </section>
  );
}

function Slowest({ run }: { run: Run }) {
  const slow = [...run.cases].filter((c) => c.seconds > 0).sort((a, b) => b.seconds - a.seconds).slice(0, 5);
  if (!slow.length) return null;
  return (
    <section>
      <h2>Slowest</h2>
      <ul class="lines">
        {slow.map((c) => (
          <li key={c.id}>
            <Glyph outcome={c.outcome} />
            <a class="clip" href={link("case", c.id)}>
              <Visible text={c.name} />
            </a>
            <span class="faint">{backendOf(c, run)}</span>
            <span class="num nowrap took">{duration(c.seconds)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

// Time sums the phases up, of the first chunk only where there are many cases.
function Time({ run }: { run: Run }) {
  const n = Math.min(run.cases.length, run.chunk), sums = new Map<string, { t: Timings; n: number }>();
  for (let i = 0; i < n; i++) {
    const c = detail(run, i);
    if (!c || c instanceof Error) break;
    const name = backendOf(run.cases[i]!, run), sum = sums.get(name) ?? { t: { queue: 0, preprocess: 0, encode: 0, prefill: 0, decode: 0, total: 0 }, n: 0 };
    sum.n += add(sum.t, c);
    sums.set(name, sum);
  }
  const shown = [...sums].filter(([, s]) => s.t.total > 0);
  if (!shown.length) return null;
  return (
    <section>
      <h2>Time in the model</h2>
      {shown.map(([name, s]) => (
        <div class="times">
          <p class="small faint">
            {name}, {plural(s.n, "answer")}
            {n < run.cases.length && ` of the first ${n} cases`}
          </p>
          <TimingBar timings={s.t} />
        </div>
      ))}
    </section>
  );
}

function add(t: Timings, c: Detail): number {
  let n = 0;
  for (const s of c.samples ?? [])
    for (const turn of s.turns ?? []) {
      for (const k of Object.keys(t) as (keyof Timings)[]) t[k] += turn.timings?.[k] ?? 0;
      if (turn.timings?.total) n++;
    }
  return n;
}

function Backends({ run }: { run: Run }) {
  const all = Object.entries(run.manifest.backends ?? {});
  if (!all.length) return null;
  return (
    <section>
      <h2>Backends</h2>
      <dl class="facts">
        {all.map(([name, b]) => (
          <>
            <dt>{name}</dt>
            <dd>
              {[b.plugin, b.model].filter(Boolean).join(", ")}
              {b.device && b.device !== "none" && ` on ${b.device}`}
              {b.model_digest && (
                <>
                  <br />
                  <code class="faint" title={b.model_digest}>
                    {b.model_digest.slice(0, 18)}
                  </code>
                </>
              )}
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}
