// Stage is an image to look at: overlay, layers, zoom to the pointer, pan by drag,
// and where the pointer is.

import { Visible } from "./text";
import { signal, type Signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fixed } from "../lib/numbers";
import { show } from "../lib/route";
import { marksOf, type Marks, type Size } from "../lib/shapes";
import { param, picture, type Run } from "../lib/store";
import type { Detail } from "../lib/types";
import { Overlay } from "./overlay";
import { dragging, useZoom } from "./zoom";

interface Props {
  run: Run;
  c: Detail;
  nth: number; // which of its images
  sample: number;
  bar?: boolean;
  // below is the room in CSS pixels that the view needs above and below the image.
  below?: number;
}

export function Stage({ run, c, nth, sample, bar = true, below = 200 }: Props) {
  const number = c.shows?.[nth];
  if (number === undefined) return <Missing path="" problem="This case shows no image." />;
  const p = picture(run, number), image = run.images[number]!;
  if (!p) return <div class="stage-view stage-empty" />;
  if ("problem" in p) return <Missing path={image.path ?? ""} problem={`cannot be shown: ${p.problem}.`} />;
  const size = { width: image.width || 640, height: image.height || 480 };
  return <Canvas key={number} url={p.url} path={image.path ?? ""} size={size} run={run} marks={marksOf(c, sample, nth)} bar={bar} below={below} shown={shownAs(c, sample, nth)} />;
}

export function Missing({ path, problem }: { path: string; problem: string }) {
  return (
    <div class="stage-view stage-empty">
      <p class="muted">
        {path && (
          <>
            <code><Visible text={path} /></code>
            <br />
          </>
        )}
        <Visible text={problem} />
      </p>
    </div>
  );
}

// shownAs is the size at which the model was shown an image, where it says so.
function shownAs(c: Detail, sample: number, nth: number): Size | undefined {
  const sizes = c.samples?.[sample]?.turns?.findLast((t) => (t.shown?.length ?? 0) > nth)?.shown;
  return sizes?.[nth]?.width ? sizes[nth] : undefined;
}

interface CanvasProps {
  url: string;
  path: string;
  size: Size;
  run: Run;
  marks: Marks;
  bar: boolean;
  below: number;
  shown: Size | undefined;
}

function Canvas({ url, path, size, run, marks, bar, below, shown }: CanvasProps) {
  const { zoom, view, canvas, to } = useZoom();
  const [broken, setBroken] = useState(false);
  const readout = useRef<Signal<string> | null>(null);
  readout.current ??= signal("");
  const hide = param("hide").split(".").filter(Boolean);
  const [opacity, setOpacity] = useState(1);
  useLayoutEffect(() => canvas.current?.style.setProperty("--region", String(opacity)), [opacity]);
  if (broken) return <Missing path={path} problem="cannot be shown: the browser does not decode it." />;
  const fit = `min(100%, ${Math.round(size.width * (size.width < 100 ? 10 : 2.2))}px, (100vh - ${below}px) * ${(size.width / size.height).toFixed(4)})`;
  const point = (e: PointerEvent) => {
    const r = canvas.current!.getBoundingClientRect(), x = (e.clientX - r.left) / r.width, y = (e.clientY - r.top) / r.height;
    readout.current!.value = x < 0 || x > 1 || y < 0 || y > 1 ? "" : `${fixed(x, 3)}, ${fixed(y, 3)} · ${Math.round(x * size.width)}, ${Math.round(y * size.height)} px`;
  };
  const zoomed = zoom > 1 ? { tabIndex: 0, role: "region" as const, "aria-label": "Image, zoomed; scroll or drag to pan" } : {};
  return (
    <figure class="stage">
      <div class="stage-view" ref={view} {...zoomed} onPointerDown={(e) => zoom > 1 && dragging(e, view.current!)} onDblClick={(e) => to(zoom * 2, e)}>
        <div
          ref={canvas}
          class={`stage-canvas${size.width * zoom < 100 || zoom >= 4 ? " pixelated" : ""}`}
          style={{ aspectRatio: `${size.width} / ${size.height}`, width: `calc(${fit} * ${zoom})` }}
          onPointerMove={point}
          onPointerLeave={() => (readout.current!.value = "")}
        >
          <img src={url} alt={`${path}, ${size.width} by ${size.height} pixels`} draggable={false} onError={() => setBroken(true)} />
          {marks.found.length + marks.expected.length > 0 && <Overlay run={run} marks={marks} size={size} hide={hide} />}
        </div>
      </div>
      {bar && (
        <figcaption class="stage-bar">
          <Layers marks={marks} hide={hide} opacity={opacity} setOpacity={setOpacity} />
          <span class="nowrap">
            <button class="button" id="zoom-out" aria-label="Zoom out" onClick={() => to(zoom / 2)}>
              −
            </button>
            <button class="button" id="zoom-fit" onClick={() => to(1)} aria-label={zoom === 1 ? "fit" : `${zoom} times; back to fit`}>
              {zoom === 1 ? "fit" : `${zoom}×`}
            </button>
            <button class="button" id="zoom-in" aria-label="Zoom in" onClick={() => to(zoom * 2)}>
              +
            </button>
          </span>
          <Readout at={readout.current} otherwise={`${path.split("/").pop()} · ${size.width}×${size.height}${shown && (shown.width !== size.width || shown.height !== size.height) ? `, shown as ${shown.width}×${shown.height}` : ""}`} />
        </figcaption>
      )}
    </figure>
  );
}

const Readout = ({ at, otherwise }: { at: Signal<string>; otherwise: string }) => (
  <output class="readout" aria-live="off">
    {at.value || <Visible text={otherwise} />}
  </output>
);

function Layers({ marks, hide, opacity, setOpacity }: { marks: Marks; hide: string[]; opacity: number; setOpacity: (v: number) => void }) {
  const toggle = (layer: string) => show({ hide: (hide.includes(layer) ? hide.filter((h) => h !== layer) : [...hide, layer]).join(".") });
  if (marks.found.length + marks.expected.length === 0) return <span class="faint">no check drew on this image</span>;
  return (
    <>
      <button class="toggle" id="layer-expected" aria-pressed={!hide.includes("expected")} onClick={() => toggle("expected")}>
        <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="5.5" class="mk mk-exp" />
        </svg>
        expected
      </button>
      <button class="toggle" id="layer-found" aria-pressed={!hide.includes("found")} onClick={() => toggle("found")}>
        <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="4.5" cy="8" r="3" class="mk-fill-hit" />
          <path d="M9.5 5.5l5 5m0-5l-5 5" class="mk mk-miss" />
        </svg>
        found: hit, miss
      </button>
      {marks.expected.some((s) => s.kind === "mask" || s.kind === "polygon") && (
        <label class="inline-label">
          region
          <input type="range" class="narrow" min="0" max="1" step="0.05" value={opacity} onInput={(e) => setOpacity(Number(e.currentTarget.value))} />
        </label>
      )}
    </>
  );
}

// MarkKey says what the marks are.
export const MarkKey = () => (
  <span class="markkey small muted">
    <span>
      <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" class="mk mk-exp" />
      </svg>
      expected
    </span>
    <span>
      <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="3.6" class="mk-fill-hit" />
      </svg>
      hit
    </span>
    <span>
      <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4 4l8 8m0-8l-8 8" class="mk mk-miss" />
      </svg>
      miss
    </span>
  </span>
);
