// Overlay lies over an image and shows what checks looked at.

import { useLayoutEffect, useRef } from "preact/hooks";
import { describe, type Marks, type Size } from "../lib/shapes";
import { picture, type Run } from "../lib/store";
import { ExpectedMark, FoundMark, Labels, Leaders } from "./marks";

interface Props {
  run: Run;
  marks: Marks;
  size: Size;
  // small is a thumbnail: no labels, thinner lines.
  small?: boolean;
  hide?: string[];
}

// More marks than these have no labels: they would cover the image.
const mostLabelled = 14;
let hatches = 0;

export function Overlay({ run, marks, size, small = false, hide = [] }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const hatch = useRef("");
  hatch.current ||= `hatch-${++hatches}`;
  useLayoutEffect(() => (svg.current ? keepSizes(svg.current, size.width, small ? 0.75 : 1) : undefined), [size.width, small]);
  const shown: Marks = { expected: hide.includes("expected") ? [] : marks.expected, found: hide.includes("found") ? [] : marks.found };
  const few = !small && marks.found.length + marks.expected.length <= mostLabelled;
  const region = shown.expected.some((s) => s.kind === "mask" || s.kind === "polygon");
  return (
    <svg ref={svg} class="overlay" viewBox={`0 0 ${size.width} ${size.height}`} preserveAspectRatio="none" role="img" aria-label={describe(shown)}>
      {region && (
        <defs>
          <pattern id={hatch.current} class="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
            <path d="M0 0V6" class="mk-hatch" />
          </pattern>
        </defs>
      )}
      {shown.expected.map((s) => (
        <ExpectedMark mark={s} size={size} hatch={hatch.current} mask={maskURL(run, s.path)} />
      ))}
      <Leaders marks={shown} size={size} />
      {shown.found.map((s) => (
        <FoundMark mark={s} size={size} small={small} />
      ))}
      {few && <Labels marks={shown} size={size} />}
    </svg>
  );
}

function maskURL(run: Run, path: string | undefined): string | undefined {
  const index = /^mask:(\d+)$/.exec(path ?? "")?.[1];
  if (index === undefined) return undefined;
  const p = picture(run, Number(index));
  return p && "url" in p ? p.url : undefined;
}

// keepSizes sets --k, and scales the hatch, whenever the overlay changes its size.
function keepSizes(svg: SVGSVGElement, width: number, factor: number): () => void {
  const fit = () => {
    const k = ((width / Math.max(1, svg.clientWidth)) * factor).toFixed(4);
    svg.style.setProperty("--k", k);
    svg.querySelectorAll(".hatch").forEach((p) => p.setAttribute("patternTransform", `rotate(45) scale(${k})`));
  };
  fit();
  const observer = new ResizeObserver(fit);
  observer.observe(svg);
  return () => observer.disconnect();
}
