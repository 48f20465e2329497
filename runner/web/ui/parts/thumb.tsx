// Thumb is a whole image in a small place, never cropped, with its marks.

import { marksOf, firstWrong } from "../lib/shapes";
import { detail, picture, type Run } from "../lib/store";
import { Overlay } from "./overlay";

interface Props {
  run: Run;
  index: number; // of the case
  // nth is which of its images; the first when not given.
  nth?: number;
  // marks: all, those that are wrong, or none.
  marks?: "all" | "faults" | "none";
  badge?: boolean;
}

export function Thumb({ run, index, nth = 0, marks = "all", badge = true }: Props) {
  const row = run.cases[index]!;
  const many = badge && (row.images ?? 0) > 1;
  const number = nth === 0 ? row.image : shows(run, index)?.[nth] ?? -1;
  return (
    <span class="thumb">
      {number < 0 ? <span class="broken">no image</span> : <Framed run={run} number={number} marks={row.drawn && marks !== "none" ? found(run, index, nth, marks === "faults") : null} />}
      {many && (
        <span class="stacked" aria-hidden="true">
          1 / {row.images}
        </span>
      )}
    </span>
  );
}

function shows(run: Run, index: number): number[] | undefined {
  const c = detail(run, index);
  return c && !(c instanceof Error) ? c.shows : undefined;
}

function found(run: Run, index: number, nth: number, faults: boolean) {
  const c = detail(run, index);
  if (!c || c instanceof Error) return null;
  const all = marksOf(c, firstWrong(c), nth);
  const some = faults ? { found: all.found.filter((s) => !s.ok), expected: all.expected.filter((s) => !s.ok) } : all;
  return some.found.length + some.expected.length > 0 ? some : null;
}

function Framed({ run, number, marks }: { run: Run; number: number; marks: ReturnType<typeof found> }) {
  const p = picture(run, number), image = run.images[number]!;
  if (!p) return null;
  if ("problem" in p) return <span class="broken">no image</span>;
  const size = { width: image.width || 4, height: image.height || 3 };
  return (
    <span class={`frame${size.width < 100 ? " pixelated" : ""}`} style={{ "--ratio": String(size.width / size.height) }}>
      <img src={p.url} alt="" loading="lazy" />
      {marks && <Overlay run={run} marks={marks} size={size} small />}
    </span>
  );
}
