// The case: list · image · evidence. The list stays, so there is no way back to
// look for.

import { plural } from "../lib/numbers";
import { needsYou } from "../lib/outcome";
import { go, link, show } from "../lib/route";
import { firstDrawn, firstWrong } from "../lib/shapes";
import { backendOf, detail, fileOf, needy, param, query, route, selected, suiteOf, theRun, type Run } from "../lib/store";
import type { Detail, Row } from "../lib/types";
import { measured } from "../parts/caserow";
import { copy, CopyLine } from "../parts/copy";
import { Glyph } from "../parts/glyph";
import { Stage } from "../parts/stage";
import { Thumb } from "../parts/thumb";
import { Visible } from "../parts/text";
import { Windowed } from "../parts/windowed";
import { Evidence } from "./evidence";

// current is the index of the case in the URL; without one the first that needs you.
export function current(): number {
  const run = theRun.value, id = route.value.id;
  if (id) return run.byId.get(id) ?? -1;
  return needy.value[0] ?? selected.value[0] ?? (run.cases.length ? 0 : -1);
}

// listed are the cases of the filter, and the current one until somebody moves.
export function listed(index: number): number[] {
  const list = selected.value;
  return index < 0 || list.includes(index) ? list : [...list, index].sort((a, b) => a - b);
}

export function CaseView() {
  const run = theRun.value, index = current();
  if (index < 0) return <Unknown />;
  return (
    <div class="workbench">
      <List run={run} index={index} />
      <article class="case" key={run.cases[index]!.id}>
        <Head run={run} index={index} />
        <Body run={run} index={index} />
      </article>
    </div>
  );
}

const Unknown = () => (
  <div class="page">
    <div class="state">
      <h1>No such case in this run</h1>
      <p class="muted gap">
        The link names{" "}
        <code>
          <Visible text={route.value.id} />
        </code>
        . It may have been renamed, or the run selected a part of the suite.
      </p>
      <a class="button" href={link("gallery", "", { q: "" })}>
        All cases
      </a>
    </div>
  </div>
);

function List({ run, index }: { run: Run; index: number }) {
  const list = listed(index), only = /s:needs/.test(query.value);
  return (
    <nav class="caselist" aria-label="Cases">
      <div class="caselist-head">
        <span class="clip">
          <b>{list.length}</b> {query.value ? "of the filter" : "cases"}
        </span>
        <button id="only-needs" class="button button--plain small push" aria-pressed={only} onClick={() => show({ q: only ? query.value.replace(/\s*s:needs/, "").trim() : `${query.value} s:needs`.trim() })}>
          {only ? "show all" : "need you"}
        </button>
      </div>
      <Windowed
        id="case-rows"
        label="Cases of the filter"
        count={list.length}
        height={44}
        active={list.indexOf(index)}
        choose={(i) => go(link("case", run.cases[list[i]!]!.id))}
        row={(i) => <ListRow run={run} c={run.cases[list[i]!]!} />}
      />
    </nav>
  );
}

const ListRow = ({ run, c }: { run: Run; c: Row }) => (
  <>
    <Glyph outcome={c.outcome} />
    <span class="l1 clip"><Visible text={c.name} /></span>
    <span class="l2 clip">
      {suiteOf(c, run)} · {backendOf(c, run)}
    </span>
    <span class="l3">{measured(c)}</span>
  </>
);

// neighbour is the case some steps on in the list.
export function neighbour(index: number, step: number): string {
  const list = listed(index), at = list.indexOf(index);
  return theRun.value.cases[list[(at + step + list.length) % list.length] ?? index]!.id;
}

// nextNeedy is the next case that needs you, of the filter, else of all.
export function nextNeedy(index: number, step: number): string | undefined {
  const { cases } = theRun.value, list = needy.value.length ? needy.value : cases.flatMap((c, i) => (needsYou(c) ? [i] : []));
  const on = step > 0 ? list.find((i) => i > index) : list.findLast((i) => i < index);
  const next = on ?? (step > 0 ? list[0] : list.at(-1));
  return next === undefined ? undefined : cases[next]!.id;
}

function Head({ run, index }: { run: Run; index: number }) {
  const c = run.cases[index]!, next = nextNeedy(index, 1);
  return (
    <header class="case-head">
      <h1>
        <Visible text={c.name} />
        <br />
        <small>
          <Visible text={suiteOf(c, run)} /> ·{" "}
          <span class="mono">
            <Visible text={fileOf(c, run)} />:{c.line}
          </span>
        </small>
      </h1>
      <span class="tag">{backendOf(c, run)}</span>
      {(c.labels ?? []).map((l) => (
        <a class="tag" href={link("gallery", "", { q: `@${l}` })}>
          @<Visible text={l} />
        </a>
      ))}
      <span class="pager">
        <a id="previous" class="button" href={link("case", neighbour(index, -1))} rel="prev" aria-label="Previous case">
          ↑
        </a>
        <a id="next" class="button" href={link("case", neighbour(index, 1))} rel="next" aria-label="Next case">
          ↓
        </a>
        {next && (
          <a id="next-needy" class="button" href={link("case", next)}>
            next that needs you <kbd class="hide-small">f</kbd>
          </a>
        )}
      </span>
    </header>
  );
}

const within = (n: number, count: number) => Math.min(Math.max(0, Number.isFinite(n) ? n : 0), Math.max(0, count - 1));

// shownOf is the sample and the image that the URL says, or those to look at first.
export function shownOf(c: Detail): { sample: number; nth: number } {
  const sample = within(Number(param("sample", String(firstWrong(c)))), c.samples?.length ?? 0);
  return { sample, nth: within(Number(param("image", String(firstDrawn(c, sample)))), c.images?.length ?? 0) };
}

function Body({ run, index }: { run: Run; index: number }) {
  const c = detail(run, index);
  if (!c) return <div class="case-grid" aria-busy="true" />;
  if (c instanceof Error) return <p class="notice">This case cannot be read: {c.message}.</p>;
  const { sample, nth } = shownOf(c);
  return (
    <div class="case-grid">
      <div class="look">
        {(c.images?.length ?? 0) > 1 && <Images run={run} index={index} c={c} nth={nth} />}
        <Stage run={run} c={c} nth={nth} sample={sample} below={(c.images?.length ?? 0) > 1 ? 320 : 200} />
        <section class="again">
          {c.command && <CopyLine id="command" text={c.command} name="the command that runs this case again" />}
          <Replay c={c} sample={sample} />
        </section>
      </div>
      <Evidence run={run} index={index} c={c} sample={sample} />
    </div>
  );
}

// Replay is the answer as a line of a recording, for the backend replay.
function Replay({ c, sample }: { c: Detail; sample: number }) {
  const t = c.samples?.[sample]?.turns?.at(-1);
  if (!t) return null;
  const image = c.images?.[0]?.path.split("/").pop();
  const line = JSON.stringify({ prompt: t.prompt, ...(image ? { image } : {}), answer: t.answer });
  return (
    <p class="small faint close">
      {c.command && "Runs exactly this sample again. "}
      <button id="replay" class="button button--plain small low" onClick={() => copy(line)}>
        copy as a replay line
      </button>
    </p>
  );
}

function Images({ run, index, c, nth }: { run: Run; index: number; c: Detail; nth: number }) {
  return (
    <div class="images" role="group" aria-label={`${plural(c.images!.length, "image")}, in the order the model saw them`}>
      {c.images!.map((image, i) => (
        <button id={`image-${i}-button`} aria-pressed={i === nth} onClick={() => show({ image: String(i) })}>
          <Thumb run={run} index={index} nth={i} badge={false} />
          <span>
            {i + 1}. <Visible text={image.path.split("/").pop() ?? ""} />
          </span>
        </button>
      ))}
    </div>
  );
}
