// Marks on an image. Expected is a dashed ring or box or a hatched region, a hit a
// disc or solid box, a miss a cross or solid box with a leader to the target it is
// nearest to. Marks keep their size at every zoom: coordinates are image pixels,
// and what must not grow is scaled by --k, image pixels per CSS pixel.

import type { ComponentChildren } from "preact";
import { far, pixel, type Mark, type Marks, type Size } from "../lib/shapes";
import { fixed } from "../lib/numbers";

// At places what keeps its size on the screen.
export const At = ({ x, y, children }: { x: number; y: number; children: ComponentChildren }) => (
  <g style={{ transform: `translate(${x.toFixed(2)}px,${y.toFixed(2)}px) scale(var(--k,1))` }}>{children}</g>
);

// Cased draws a line over its casing, so that it holds on any photograph.
const Cased = ({ shape: Shape, cls, ...props }: { shape: "circle" | "rect" | "path" | "polygon" | "line"; cls: string } & Record<string, unknown>) => (
  <>
    <Shape class="mk mk-casing" {...props} />
    <Shape class={`mk ${cls}`} {...props} />
  </>
);

const cross = (r: number) => `M-${r}-${r}L${r} ${r}M${r}-${r}L-${r} ${r}`;

interface Corners { x: number; y: number; width: number; height: number }

function corners(s: Mark, size: Size): Corners {
  const [x, y] = pixel(s.points![0]!, size), [u, v] = pixel(s.points![1]!, size);
  return { x: Math.min(x, u), y: Math.min(y, v), width: Math.abs(u - x), height: Math.abs(v - y) };
}

// ExpectedMark is where something should be.
export function ExpectedMark({ mark: s, size, hatch, mask }: { mark: Mark; size: Size; hatch: string; mask: string | undefined }) {
  const cls = "mk-exp" + (s.ok ? "" : " unmet");
  if (s.kind === "mask") return <MaskMark size={size} hatch={hatch} url={mask} />;
  if (!s.points?.length) return null;
  if (s.kind === "box") return <Cased shape="rect" cls={cls} {...corners(s, size)} />;
  if (s.kind === "polygon") {
    const points = s.points.map((p) => pixel(p, size).join(",")).join(" ");
    return (
      <>
        <polygon points={points} fill={`url(#${hatch})`} class="l-region" />
        <Cased shape="polygon" cls={cls} points={points} />
      </>
    );
  }
  const [x, y] = pixel(s.points[0]!, size), r = (s.radius ?? 0) * Math.max(size.width, size.height);
  return (
    <>
      {r > 0 && <Cased shape="circle" cls={cls} cx={x} cy={y} r={r} />}
      <At x={x} y={y}>
        <circle r="1.8" class="mk-fill-exp" />
      </At>
    </>
  );
}

function MaskMark({ size, hatch, url }: { size: Size; hatch: string; url: string | undefined }) {
  if (!url) return null;
  const id = hatch + "-" + url.slice(-12).replace(/\W/g, "");
  return (
    <>
      <mask id={id}>
        <image href={url} width={size.width} height={size.height} preserveAspectRatio="none" />
      </mask>
      <g class="l-region" mask={`url(#${id})`}>
        <rect width={size.width} height={size.height} fill={`url(#${hatch})`} />
        <rect width={size.width} height={size.height} class="mk-wash" />
      </g>
    </>
  );
}

// FoundMark is what the answer says.
export function FoundMark({ mark: s, size, small }: { mark: Mark; size: Size; small: boolean }) {
  const cls = s.ok ? "mk-hit" : "mk-miss";
  if (!s.points?.length) return null;
  if (s.kind === "box") return <Cased shape="rect" cls={cls} {...corners(s, size)} />;
  if (s.kind === "polygon") return <Cased shape="polygon" cls={cls} points={s.points.map((p) => pixel(p, size).join(",")).join(" ")} />;
  const [x, y] = pixel(s.points[0]!, size);
  return (
    <At x={x} y={y}>
      {!s.ok ? (
        <Cased shape="path" cls={cls} d={cross(small ? 4 : 5)} />
      ) : (
        <>
          <circle r={small ? 3.6 : 4.5} class="mk-dot mk-fill-hit" />
          {!small && <circle r="1" class="mk-eye" />}
        </>
      )}
    </At>
  );
}

// target is what a miss was nearest to.
function target(s: Mark, expected: Mark[], size: Size): Mark | undefined {
  if (s.ok || s.kind !== "point" || !s.points?.length) return undefined;
  const open = expected.filter((e) => (e.kind === "circle" || e.kind === "point") && !e.ok && e.points?.length);
  return open.sort((a, b) => far(a.points![0]!, s.points![0]!, size) - far(b.points![0]!, s.points![0]!, size))[0];
}

// Leaders run from the misses to the targets they are nearest to.
export function Leaders({ marks, size }: { marks: Marks; size: Size }) {
  return (
    <>
      {marks.found.map((s) => {
        const to = target(s, marks.expected, size);
        if (!to) return null;
        const [x1, y1] = pixel(s.points![0]!, size), [x2, y2] = pixel(to.points![0]!, size);
        return <Cased shape="line" cls="mk-leader" x1={x1} y1={y1} x2={x2} y2={y2} />;
      })}
    </>
  );
}

interface Label { x: number; y: number; dx: number; dy: number; anchor: "start" | "middle" | "end"; cls: string; text: string }

// Labels name the marks; those that would lie over each other are moved down.
export function Labels({ marks, size }: { marks: Marks; size: Size }) {
  const all = [...expectedLabels(marks, size), ...foundLabels(marks, size)], placed: Label[] = [];
  for (const l of all) {
    while (placed.some((p) => Math.abs(p.x - l.x) < size.width * 0.2 && Math.abs(p.y - l.y) < size.height * 0.035 && Math.abs(p.dy - l.dy) < 12)) l.dy += 13;
    placed.push(l);
  }
  return (
    <>
      {placed.map((l) => (
        <At x={l.x} y={l.y}>
          <text class={`mk-text ${l.cls}`} x={l.dx} y={l.dy} text-anchor={l.anchor}>
            {l.text}
          </text>
        </At>
      ))}
    </>
  );
}

function expectedLabels({ expected }: Marks, size: Size): Label[] {
  const many = expected.length > 1;
  return expected.flatMap((s, i): Label[] => {
    if (!s.points?.length) return [];
    const name = [s.label, many ? String(i + 1) : ""].filter(Boolean).join(" ");
    if (s.kind === "box") {
      const c = corners(s, size);
      return [{ x: c.x + c.width, y: c.y + c.height, dx: -4, dy: -5, anchor: "end", cls: "t-exp", text: `expected ${name}`.trim() }];
    }
    if ((s.kind !== "circle" && s.kind !== "point") || !name) return [];
    const [x, y] = pixel(s.points[0]!, size), r = (s.radius ?? 0) * Math.max(size.width, size.height) * 0.72;
    return [{ x: x - r, y: y - r, dx: -3, dy: -2, anchor: "end", cls: "t-exp", text: name }];
  });
}

function foundLabels(marks: Marks, size: Size): Label[] {
  return marks.found.flatMap((s): Label[] => {
    if (!s.points?.length) return [];
    const cls = s.ok ? "t-hit" : "t-miss", sign = s.ok ? "✓" : "✗";
    if (s.kind === "box") {
      const c = corners(s, size), text = [sign, s.label, s.measure ? `IoU ${fixed(s.measure.value)}` : ""].filter(Boolean).join(" ");
      return [{ x: c.x, y: c.y, dx: 4, dy: 13, anchor: "start", cls, text }];
    }
    const [x, y] = pixel(s.points[0]!, size), to = target(s, marks.expected, size);
    if (to) {
      const [u, v] = pixel(to.points![0]!, size);
      return [{ x: (x + u) / 2, y: (y + v) / 2, dx: 0, dy: 16, anchor: "middle", cls, text: fixed(far(to.points![0]!, s.points[0]!, size), 3) }];
    }
    const region = marks.expected.some((e) => e.kind === "polygon" || e.kind === "mask");
    const text = [s.label, !s.ok && region ? "outside" : ""].filter(Boolean).join(" ");
    return text ? [{ x, y, dx: 9, dy: 4, anchor: "start", cls, text }] : [];
  });
}
