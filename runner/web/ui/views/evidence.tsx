// Evidence in the order of the question: outcome and reason, samples, checks,
// prompt and answer, time and tokens, history.

import { scaleOf } from "../lib/gauge";
import { duration, fixed, plural, value, wilson } from "../lib/numbers";
import { flips } from "../lib/outcome";
import { show } from "../lib/route";
import type { Run } from "../lib/store";
import type { Detail, Fault, Sample, Turn, Verdict } from "../lib/types";
import { CopyLine } from "../parts/copy";
import { Gauge } from "../parts/gauge";
import { Glyph, OutcomeWord } from "../parts/glyph";
import { Cells } from "../parts/past";
import { Diff, promptText, Text, Visible } from "../parts/text";
import { TimingBar } from "../parts/timing";

interface Props { run: Run; index: number; c: Detail; sample: number }

export function Evidence({ run, index, c, sample }: Props) {
  const s = c.samples?.[sample], turns = s?.turns ?? [];
  return (
    <div class="evidence">
      <div class="evidence-col">
        <Why c={c} sample={s} />
        {(c.samples?.length ?? 0) > 1 && <Samples c={c} now={sample} />}
        {turns.map((t, i) => (
          <TurnSection key={i} c={c} t={t} i={i} n={turns.length} failed={Boolean(s?.error) && i === turns.length - 1} />
        ))}
        {s?.error && <Broken fault={s.error} retries={s.retries} />}
        {c.vars && Object.keys(c.vars).length > 0 && <Vars vars={c.vars} />}
      </div>
      <div class="evidence-col">
        <TimeAndTokens c={c} s={s} t={turns.at(-1)} />
        <Past run={run} index={index} />
      </div>
    </div>
  );
}

function Why({ c, sample }: { c: Detail; sample: Sample | undefined }) {
  const n = (sample?.turns ?? []).reduce((k, t) => k + (t.verdicts?.length ?? 0), 0);
  return (
    <>
      <p class="reason">
        <OutcomeWord outcome={c.outcome} />
        {c.outcome === "passed" ? <span class="muted">{n ? `${plural(n, "check")} passed.` : ""}</span> : <Visible text={c.reason ?? ""} />}
      </p>
      {c.quarantine && (
        <p class="notice">
          {c.quarantine.expired ? `The quarantine ended on ${c.quarantine.until}` : `Quarantined until ${c.quarantine.until}`}: <Visible text={c.quarantine.reason} />.{" "}
          {c.quarantine.expired ? "It gates again." : "It runs and is reported, and does not gate."}{" "}
          <code>
            {c.quarantine.file}:{c.quarantine.line}
          </code>
        </p>
      )}
      {c.xfail && (
        <p class="notice">
          Marked <code>xfail</code>: <Visible text={c.xfail} />
        </p>
      )}
      {(c.cut_off ?? 0) > 0 && <p class="notice">{plural(c.cut_off!, "answer")} ended at the limit of tokens, so that what is said may not be whole.</p>}
    </>
  );
}

function Samples({ c, now }: { c: Detail; now: number }) {
  const all = c.samples!, ok = all.filter((s) => s.outcome === "passed").length, [low, high] = wilson(ok, all.length);
  const distinct = new Map<string, number[]>();
  all.forEach((s, i) => {
    const answer = s.turns?.at(-1)?.answer ?? "";
    distinct.set(answer, [...(distinct.get(answer) ?? []), i]);
  });
  return (
    <section>
      <h2>
        Samples{" "}
        <span class="aside">
          {ok} of {all.length} passed, {c.require ?? "all"} needed · rate {fixed(low)} to {fixed(high)} (95 %)
        </span>
      </h2>
      <div class="sampledots" role="group" aria-label="Sample shown">
        {all.map((s, i) => (
          <button id={`sample-${i}`} class="toggle" aria-pressed={i === now} onClick={() => show({ sample: String(i) })}>
            <Glyph outcome={s.outcome} />
            <span class="small">{i + 1}</span>
          </button>
        ))}
      </div>
      <ul class="answers">
        {[...distinct]
          .sort((a, b) => b[1].length - a[1].length)
          .map(([answer, which]) => (
            <li key={answer.slice(0, 200)}>
              <Glyph outcome={all[which[0]!]!.outcome} />
              <span class="text" dir="auto">
                <Visible text={answer.length > 300 ? answer.slice(0, 300) + "…" : answer || "no answer"} />
              </span>
              <span class="muted nowrap">× {which.length}</span>
            </li>
          ))}
      </ul>
    </section>
  );
}

function TurnSection({ c, t, i, n, failed }: { c: Detail; t: Turn; i: number; n: number; failed: boolean }) {
  const name = (what: string) => (n > 1 ? `Turn ${i + 1}: ${what}` : what[0]!.toUpperCase() + what.slice(1));
  const verdicts = [...(t.verdicts ?? [])].sort((a, b) => Number(a.outcome === "passed") - Number(b.outcome === "passed"));
  return (
    <>
      {verdicts.length > 0 && (
        <section>
          <h2>{name("checks")}</h2>
          <ul class="checks">
            {verdicts.map((v, k) => (
              <Check key={k} v={v} said={c.reason} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>
          {name("prompt and answer")}
          {t.answer && t.finish && t.finish !== "stop" && <span class="aside">ended by {t.finish}</span>}
        </h2>
        <div class="prompt">
          <Text text={promptText(t.prompt)} quiet label="prompt" />
        </div>
        <div class="answer">
          {t.reasoning && (
            <details class="think">
              <summary>
                {t.unclosed ? "Reasoning that does not end" : "Reasoning"}, {plural(t.reasoning.trim().split(/\s+/).length, "word")}
              </summary>
              <Text text={t.reasoning} quiet label="reasoning" />
            </details>
          )}
          {t.answer ? <Text text={t.answer} label="answer" /> : <p class="muted">{failed ? "Not answered." : "No answer."}</p>}
        </div>
        {verdicts.map((v) => v.kind === "golden" && v.outcome !== "passed" && <GoldenDiff v={v} answer={t.answer} id={c.id} />)}
      </section>
    </>
  );
}

// GoldenDiff is the answer against the accepted one, where the run has it whole.
function GoldenDiff({ v, answer, id }: { v: Verdict; answer: string; id: string }) {
  const accepted = unquoted(v.expected ?? "");
  return (
    <div class="golden">
      {accepted !== null && (
        <>
          <h3>Difference from the accepted answer</h3>
          <Diff a={accepted} b={answer} />
        </>
      )}
      {v.golden?.changed?.length ? <p class="small muted">Changed since it was accepted: {v.golden.changed.map((x) => x.what).join(", ")}.</p> : null}
      <CopyLine text={`vlmspec accept ${id}`} name="the command that accepts this answer" />
    </div>
  );
}

// unquoted is a text that the check quoted; null where it was cut, or is several.
function unquoted(s: string): string | null {
  try {
    const text: unknown = JSON.parse(s);
    return typeof text === "string" && !text.endsWith("…") ? text : null;
  } catch {
    return null;
  }
}

// Check is a verdict; said is the reason that stands above already.
export function Check({ v, said }: { v: Verdict; said?: string | undefined }) {
  const scale = scaleOf(v), bad = v.outcome !== "passed";
  const free = (v.measures ?? []).filter((m) => m.min === undefined && m.max === undefined);
  return (
    <li>
      <div class="check-head">
        <Glyph outcome={v.outcome} />
        <span>
          <b class="strong">{v.kind}</b>
          {v.warn && <span class="faint"> warns only</span>}
          {v.unread && <span class="faint"> cannot be read</span>} <span class="muted">{scale ? scale.allowed : bad ? "" : <Visible text={cut(v.expected)} />}</span>
        </span>
        <span class="faint small mono">{v.line ? `:${v.line}` : ""}</span>
      </div>
      {(bad || scale || v.judge || v.inner) && (
        <div class="check-body">
          {scale && <Gauge scale={scale} />}
          {free.map((m) => (
            <p class="small muted">
              {m.what} {value(m.value, m.unit)}
            </p>
          ))}
          {bad && <Pair v={v} said={said} />}
          {v.judge && <JudgeSaid judge={v.judge} />}
          {v.inner && v.inner.length > 0 && (
            <ul class="checks inner">
              {v.inner.map((w, i) => (
                <Check key={i} v={w} />
              ))}
            </ul>
          )}
        </div>
      )}
    </li>
  );
}

const mostLine = 130;
const cut = (s: string | undefined) => (s && s.length > mostLine ? s.slice(0, mostLine) + "…" : (s ?? ""));

function Pair({ v, said }: { v: Verdict; said: string | undefined }) {
  return (
    <dl class="pair">
      {v.expected && (
        <>
          <dt>expected</dt>
          <dd>
            <Folded text={v.expected} />
          </dd>
        </>
      )}
      {v.actual && (
        <>
          <dt>actual</dt>
          <dd>
            <Folded text={v.actual} />
          </dd>
        </>
      )}
      {v.reason && !said?.includes(v.reason) && (
        <>
          <dt>why</dt>
          <dd>
            <Folded text={v.reason} />
          </dd>
        </>
      )}
    </dl>
  );
}

const Folded = ({ text }: { text: string }) =>
  text.length > 2 * mostLine ? (
    <details>
      <summary>
        <Visible text={cut(text)} />
      </summary>
      <Visible text={text} />
    </details>
  ) : (
    <Visible text={text} />
  );

const JudgeSaid = ({ judge: j }: { judge: NonNullable<Verdict["judge"]> }) => (
  <details>
    <summary>
      what {j.backend} said{j.tries > 1 && `, after ${j.tries} tries`}
      {j.cached && ", from the cache"}
    </summary>
    <h4 class="small muted">asked</h4>
    <Text text={promptText(j.prompt)} quiet label="prompt of the judge" />
    {j.reasoning && (
      <>
        <h4 class="small muted">thought</h4>
        <Text text={j.reasoning} quiet label="reasoning of the judge" />
      </>
    )}
    <h4 class="small muted">answered</h4>
    <Text text={j.answer} label="answer of the judge" />
  </details>
);

function Broken({ fault, retries }: { fault: Fault; retries: Fault[] | undefined }) {
  return (
    <section>
      <h2>
        Error <span class="aside">{fault.kind}</span>
      </h2>
      <Text text={fault.message} mono label="message" />
      {fault.stderr && (
        <details>
          <summary>last lines of the backend</summary>
          <Text text={fault.stderr} mono quiet label="last lines of the backend" />
        </details>
      )}
      {retries && retries.length > 0 && <p class="small muted">Tried {plural(retries.length + 1, "time")}.</p>}
    </section>
  );
}

const Vars = ({ vars }: { vars: Record<string, string> }) => (
  <section>
    <h2>Row</h2>
    <dl class="pair">
      {Object.entries(vars).map(([k, v]) => (
        <>
          <dt class="clip">{k}</dt>
          <dd>
            <Folded text={v} />
          </dd>
        </>
      ))}
    </dl>
  </section>
);

function TimeAndTokens({ c, s, t }: { c: Detail; s: Sample | undefined; t: Turn | undefined }) {
  if (!s || !t)
    return (
      <section>
        <h2>Time and tokens</h2>
        <p class="muted">Not asked.</p>
      </section>
    );
  const params = [...Object.entries(c.params ?? {}).filter(([k]) => k !== "seed").map(([k, v]) => `${k} ${typeof v === "object" ? JSON.stringify(v) : String(v)}`), `seed ${s.seed}`];
  const mean = t.logprobs?.length ? Math.exp(t.logprobs.reduce((a, b) => a + b, 0) / t.logprobs.length) : undefined;
  const shown = (t.shown ?? []).filter((x) => x.width > 0).map((x) => `${x.width}×${x.height}`);
  const facts: [string, string][] = [
    ["asked to last token", t.cached ? "from the cache" : duration(t.timings.total)],
    ["tokens: image, text, answer", `${t.tokens.image}, ${t.tokens.text}, ${t.tokens.output}`],
    ["of the prompt, computed before", t.tokens.cached ? String(t.tokens.cached) : ""],
    ["images as the model saw them", shown.join(", ")],
    ["image embeddings from the cache", t.cached_images ? String(t.cached_images) : ""],
    ["mean token probability", mean === undefined ? "" : fixed(mean, 3)],
    ["parameters", params.join(", ")],
  ];
  return (
    <section>
      <h2>Time and tokens</h2>
      <TimingBar timings={t.timings} />
      <dl class="facts small gap">
        {facts
          .filter(([, v]) => v)
          .map(([k, v]) => (
            <>
              <dt>{k}</dt>
              <dd class={k === "parameters" ? "mono" : ""}>
                <Visible text={v} />
              </dd>
            </>
          ))}
      </dl>
    </section>
  );
}

function Past({ run, index }: { run: Run; index: number }) {
  const past = run.cases[index]!.past ?? "", n = past.replaceAll(".", "").length;
  if (n < 2) return null;
  return (
    <section>
      <h2>
        History{" "}
        <span class="aside">
          {plural(flips(past), "flip")} in {plural(n, "run")}
        </span>
      </h2>
      <Cells past={past} width={14} height={22} last={22} />
    </section>
  );
}
