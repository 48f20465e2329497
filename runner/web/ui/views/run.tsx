// The run: verdict, what needs you, suites with their gates.

import { duration, plural } from "../lib/numbers";
import { needsYou } from "../lib/outcome";
import { link } from "../lib/route";
import { needy, query, theRun, type Run } from "../lib/store";
import type { Gate } from "../lib/types";
import { NeedRow } from "../parts/caserow";
import { Glyph } from "../parts/glyph";
import { Legend } from "../parts/legend";
import { Strip } from "../parts/strip";
import { Visible } from "../parts/text";
import { Aside } from "./runaside";
import { Suites } from "./suites";

export function RunView() {
  const run = theRun.value;
  if (!run.cases.length) return <Nothing run={run} />;
  const some = needy.value.length > 0 || query.value !== "";
  return (
    <div class="page">
      <Verdict run={run} />
      <Strip />
      <div class="under-strip">
        <Legend />
      </div>
      <div class={`run-grid${some ? "" : " calm"}`}>
        <Suites run={run} />
        {some && <Needs run={run} />}
        {(run.not_run?.length ?? 0) > 0 && <NotRun run={run} />}
        <Aside run={run} />
      </div>
    </div>
  );
}

function Nothing({ run }: { run: Run }) {
  if (run.mistakes?.length) return <Mistakes run={run} />;
  return (
    <div class="page">
      <h1>No case has run</h1>
      <p class="muted gap">
        Of {plural(run.manifest.total, "case")} in all specs {run.manifest.selected} {run.manifest.selected === 1 ? "was" : "were"} selected.
      </p>
    </div>
  );
}

const Mistakes = ({ run }: { run: Run }) => (
  <div class="page">
    <h1 class="o-failed">Nothing was run</h1>
    <ul class="lines gap">
      {run.mistakes!.map((m) => (
        <li>
          <span class="text">
            {m.file && (
              <span class="mono">
                <Visible text={[m.file, m.line, m.column].filter(Boolean).join(":")} />{" "}
              </span>
            )}
            <Visible text={m.message} />
          </span>
        </li>
      ))}
    </ul>
  </div>
);

const mostNotRun = 12;

// NotRun are cases that the run has not come to: they have neither passed nor failed.
function NotRun({ run }: { run: Run }) {
  const all = run.not_run!;
  return (
    <section class="needs" aria-labelledby="h-not-run">
      <h2 id="h-not-run" class="ruled">
        Not run <span class="faint normal">{all.length}</span>
      </h2>
      <ul class="lines">
        {all.slice(0, mostNotRun).map((c) => (
          <li key={c.id}>
            <Glyph outcome="none" quiet />
            <span class="clip">
              <Visible text={c.id} />
            </span>
            <span class="faint">
              <Visible text={c.reason ?? ""} />
            </span>
          </li>
        ))}
      </ul>
      {all.length > mostNotRun && <p class="small muted close">and {all.length - mostNotRun} more</p>}
    </section>
  );
}

// The gates of a run, and what keeps it from passing.
export const gatesOf = (run: Run): Gate[] => (run.gates ?? []).filter((g) => g.min !== undefined || g.max !== undefined);
const open = (g: Gate) => g.outcome !== undefined && !["passed", "skipped", "xfailed", "quarantined"].includes(g.outcome);

function Verdict({ run }: { run: Run }) {
  const bad = run.cases.filter(needsYou).length, gates = gatesOf(run), shut = gates.filter(open).length;
  const passed = bad === 0 && shut === 0 && whole(run);
  const outcome = passed ? "passed" : bad > 0 || shut > 0 ? "failed" : "inconclusive";
  return (
    <header class="verdict">
      <h1 class={`o-${outcome}`}>
        <Glyph outcome={outcome} quiet />
        {{ passed: "Passed", failed: "Failed", inconclusive: "Not whole" }[outcome]}
      </h1>
      <p>
        {bad > 0 ? (
          <>
            <b>{bad}</b> of {plural(run.cases.length, "case")} {bad === 1 ? "needs" : "need"} you
          </>
        ) : (
          <>{plural(run.cases.length, "case")}, none needs you</>
        )}
        {gates.length > 0 && (shut > 0 ? <>; <b>{shut}</b> of {plural(gates.length, "gate")} {shut === 1 ? "is" : "are"} not met</> : <>; {gates.length === 1 ? "the gate is met" : `all ${gates.length} gates are met`}</>)}
        {ending(run)}.
      </p>
      <p class="meta faint small">{conditions(run)}</p>
    </header>
  );
}

const whole = (run: Run) => Boolean(run.manifest.ended) && !run.manifest.interrupted && !run.not_run?.length;

function ending(run: Run): string {
  const m = run.manifest, left = m.selected - run.cases.length;
  if (m.under_way) return `; under way, ${left} to go`;
  if (m.interrupted) return `; interrupted${left > 0 ? ` with ${left} to go` : ""}`;
  if (run.not_run?.length) return `; ${plural(run.not_run.length, "case")} did not run`;
  return m.ended ? "" : `; the run was killed${left > 0 ? ` with ${left} to go` : ""}`;
}

function conditions(run: Run) {
  const m = run.manifest;
  const took = m.ended ? (Date.parse(m.ended) - Date.parse(m.started)) / 1000 : 0;
  const args = (m.args ?? []).filter((a, i, all) => !/^--(report|format)/.test(a) && !/^--(report|format)$/.test(all[i - 1] ?? ""));
  return (
    <>
      {m.started.slice(0, 16).replace("T", " ")} UTC{took > 0 && ` · ${duration(took)}`} · <span class="mono">vlmspec {args.join(" ")}</span> · seed {m.seed}
      {m.commit && ` · ${m.commit.slice(0, 12)}${m.commit.endsWith("+dirty") ? " and changes" : ""}`} · version {m.version}
    </>
  );
}

// Needs groups by the check that did not pass: eleven failures of one check are one
// problem.
function Needs({ run }: { run: Run }) {
  const groups = new Map<string, number[]>();
  for (const i of needy.value) {
    const key = groupOf(run, i);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length);
  return (
    <section class="needs" aria-labelledby="h-needs">
      <h2 id="h-needs" class="ruled">
        Need you, by the check that did not pass
      </h2>
      {sorted.map(([key, all]) => (
        <Group key={key} run={run} name={key} all={all} />
      ))}
      {!sorted.length && <p class="muted gap">No case of this filter needs you.</p>}
    </section>
  );
}

const others: Record<string, string> = { error: "could not be judged", xpassed: "passes though marked xfail", unchecked: "judged by no check" };

function groupOf(run: Run, i: number): string {
  const c = run.cases[i]!;
  return others[c.outcome] ?? c.failing?.[0] ?? c.outcome;
}

function Group({ run, name, all }: { run: Run; name: string; all: number[] }) {
  const shown = all.slice(0, all.length > 6 ? 4 : 6), left = all.length - shown.length;
  const outcome = run.cases[all[0]!]!.outcome;
  const q = outcome in others ? `s:${outcome}` : `s:needs k:${name}`;
  return (
    <>
      <h3 class="needs-group">
        {name}
        <span class="faint">{all.length}</span>
      </h3>
      {shown.map((i) => (
        <NeedRow key={run.cases[i]!.id} run={run} index={i} />
      ))}
      {left > 0 && (
        <p class="more">
          <a href={link("gallery", "", { q, as: "list" })}>
            {left} more of {name}
          </a>
        </p>
      )}
    </>
  );
}
