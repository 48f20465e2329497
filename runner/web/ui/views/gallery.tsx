// The gallery: whole images with overlay, name, answer and measure; or a list.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { count } from "../lib/numbers";
import { link, show } from "../lib/route";
import { backendOf, param, query, selected, suiteOf, theRun, type Run } from "../lib/store";
import { measured, NeedRow } from "../parts/caserow";
import { EmptyFilter } from "../parts/empty";
import { Glyph } from "../parts/glyph";
import { Legend } from "../parts/legend";
import { Strip } from "../parts/strip";
import { Visible } from "../parts/text";
import { Thumb } from "../parts/thumb";

const groupings: [string, string][] = [["suite", "suite, backend"], ["outcome", "outcome"], ["image", "image"], ["none", "not"]];

export function GalleryView() {
  const as = param("as", "grid"), by = param("by", "suite"), list = selected.value;
  const [size, setSize] = useState(Number(param("size", "200")) || 200);
  return (
    <div class="page">
      <h1 class="vh">Gallery</h1>
      <Strip />
      <div class="toolbar under-strip">
        <Legend />
        <span role="status" class="small muted">
          {query.value ? `${count(list.length)} of ${count(theRun.value.cases.length)}` : ""}
        </span>
        <div class="end">
          <label class="small muted">
            group{" "}
            <select id="group" class="field" value={by} onChange={(e) => show({ by: e.currentTarget.value })}>
              {groupings.map(([v, l]) => (
                <option value={v}>{l}</option>
              ))}
            </select>
          </label>
          {as === "grid" && (
            <label class="inline-label">
              <span class="vh">size of the images</span>
              <input id="size" type="range" class="narrow" min="120" max="420" step="20" value={size} onInput={(e) => setSize(Number(e.currentTarget.value))} onChange={(e) => show({ size: e.currentTarget.value })} />
            </label>
          )}
          <span class="segmented" role="group" aria-label="Layout">
            {["grid", "list"].map((m) => (
              <button id={`as-${m}`} class="toggle" aria-pressed={as === m} onClick={() => show({ as: m === "grid" ? "" : m })}>
                {m}
              </button>
            ))}
          </span>
        </div>
      </div>
      {list.length ? <Shelves run={theRun.value} list={list} by={by} as={as} size={size} /> : <EmptyFilter />}
    </div>
  );
}

interface Shelf { title: string; detail: string; cases: number[] }

function shelves(run: Run, list: number[], by: string): Shelf[] {
  const all = new Map<string | number, Shelf>();
  for (const i of list) {
    const c = run.cases[i]!;
    const key = by === "suite" ? c.suite * 4096 + c.backend : by === "outcome" ? c.outcome : by === "image" ? c.image : 0, known = all.get(key);
    if (known) {
      known.cases.push(i);
      continue;
    }
    const [title, detail] =
      by === "suite" ? [suiteOf(c, run), backendOf(c, run)] : by === "outcome" ? [c.outcome, ""] : by === "image" ? [run.images[c.image]?.path ?? "no image", ""] : ["all", ""];
    all.set(key, { title, detail, cases: [i] });
  }
  return [...all.values()];
}

// Room in CSS pixels, as the style sheet has it.
const gap = 12, caption = 58, head = 52, needHeight = 57;

interface Line { top: number; height: number; shelf?: Shelf; cases?: number[] }

function layout(all: Shelf[], columns: number, height: number): Line[] {
  const out: Line[] = [];
  let top = 0;
  const push = (line: Omit<Line, "top">) => {
    out.push({ ...line, top });
    top += line.height;
  };
  for (const shelf of all) {
    push({ height: head, shelf });
    for (let i = 0; i < shelf.cases.length; i += columns) push({ height, cases: shelf.cases.slice(i, i + columns) });
  }
  return out;
}

// Shelves are windowed: only the lines in view, and some around them, are there.
function Shelves({ run, list, by, as, size }: { run: Run; list: number[]; by: string; as: string; size: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0), [view, setView] = useState({ top: 0, bottom: 1200 });
  useLayoutEffect(() => {
    const measure = () => setWidth(box.current!.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const moved = () => {
      const top = -box.current!.getBoundingClientRect().top;
      setView((v) => (Math.abs(v.top - top) < 100 && v.bottom - v.top === innerHeight ? v : { top, bottom: top + innerHeight }));
    };
    moved();
    addEventListener("scroll", moved, { passive: true });
    addEventListener("resize", moved);
    return () => {
      removeEventListener("scroll", moved);
      removeEventListener("resize", moved);
    };
  }, []);
  const grid = as === "grid", least = Math.min(size, Math.max(120, width * 0.44));
  const columns = grid ? Math.max(1, Math.floor((width + gap) / (least + gap))) : 1;
  const tile = (width - gap * (columns - 1)) / columns;
  const lines = layout(shelves(run, list, by), columns, grid ? Math.round(tile * 0.75) + caption : needHeight);
  const last = lines.at(-1);
  const shown = width ? lines.filter((l) => l.top + l.height > view.top - 600 && l.top < view.bottom + 600) : [];
  return (
    <div ref={box} class="shelves" style={{ height: last ? `${last.top + last.height}px` : "0" }} onKeyDown={(e) => grid && keyed(e, columns, list.length)}>
      {shown.map((l) => (
        <div key={l.shelf ? `h${l.shelf.title}/${l.shelf.detail}` : run.cases[l.cases![0]!]!.id} class="shelf-line" style={{ top: `${l.top}px`, height: `${l.height}px` }}>
          {l.shelf ? (
            <h2 class="shelf-head">
              <Visible text={l.shelf.title} />{" "}
              <span class="faint normal">
                {l.shelf.detail} {count(l.shelf.cases.length)}
              </span>
            </h2>
          ) : grid ? (
            <ul class="tiles" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
              {l.cases!.map((i) => (
                <Tile key={run.cases[i]!.id} run={run} index={i} />
              ))}
            </ul>
          ) : (
            <NeedRow run={run} index={l.cases![0]!} />
          )}
        </div>
      ))}
    </div>
  );
}

function Tile({ run, index }: { run: Run; index: number }) {
  const c = run.cases[index]!;
  return (
    <li>
      <a class="tile" href={link("case", c.id)} data-tile>
        <Thumb run={run} index={index} />
        <span class="cap">
          <Glyph outcome={c.outcome} />
          <span class="clip"><Visible text={c.name} /></span>
        </span>
        <span class="sub">
          <span class="clip">
            <Visible text={c.outcome === "error" ? (c.reason ?? "") : (c.answer ?? c.reason ?? "").slice(0, 120)} />
          </span>
          <span class="nowrap">{measured(c)}</span>
        </span>
      </a>
    </li>
  );
}

// keyed moves between tiles by column and line; what is out of view is scrolled to.
function keyed(e: KeyboardEvent, columns: number, all: number) {
  const tile = (e.target as HTMLElement).closest<HTMLElement>("[data-tile]");
  const step: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const d = step[e.key];
  if (!tile || d === undefined || all === 0) return;
  e.preventDefault();
  const tiles = [...document.querySelectorAll<HTMLElement>("[data-tile]")], here = tiles.indexOf(tile);
  const next = Math.abs(d) === 1 ? tiles[here + d] : below(tiles, tile, Math.sign(d));
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// below is the tile nearest under another one, or over it.
function below(tiles: HTMLElement[], from: HTMLElement, sign: number): HTMLElement | undefined {
  const a = from.getBoundingClientRect();
  const rows = tiles.map((t) => ({ t, r: t.getBoundingClientRect() })).filter(({ r }) => sign * (r.top - a.top) > 4);
  const nearest = Math.min(...rows.map(({ r }) => Math.abs(r.top - a.top)));
  return rows.filter(({ r }) => Math.abs(Math.abs(r.top - a.top) - nearest) < 4).sort((x, y) => Math.abs(x.r.left - a.left) - Math.abs(y.r.left - a.left))[0]?.t;
}
