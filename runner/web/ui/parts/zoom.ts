// Zoom to the pointer, and pan by drag: the image is a large element in a small
// one that scrolls, so that keys and touch pan it as they scroll anything.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const mostZoom = 16;

interface Anchor { clientX: number; clientY: number }

export function useZoom() {
  const [zoom, setZoom] = useState(1);
  const view = useRef<HTMLDivElement>(null), canvas = useRef<HTMLDivElement>(null);
  // What must stay under the pointer: a fraction of the image, and where that was.
  const hold = useRef<{ x: number; y: number; at: Anchor } | null>(null);
  const to = (next: number, at?: Anchor) => {
    next = Math.min(mostZoom, Math.max(1, next));
    const v = view.current, c = canvas.current;
    if (!v || !c || next === zoom) return;
    const box = v.getBoundingClientRect(), r = c.getBoundingClientRect();
    if (zoom === 1) v.style.height = `${box.height}px`; // the place of the image does not change
    if (next === 1) v.style.height = "";
    at ??= { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    hold.current = { x: (at.clientX - r.left) / r.width, y: (at.clientY - r.top) / r.height, at: { clientX: at.clientX, clientY: at.clientY } };
    setZoom(next);
  };
  useLayoutEffect(() => {
    const h = hold.current, v = view.current, c = canvas.current;
    if (!h || !v || !c) return;
    hold.current = null;
    const r = c.getBoundingClientRect();
    v.scrollLeft += r.left + h.x * r.width - h.at.clientX;
    v.scrollTop += r.top + h.y * r.height - h.at.clientY;
  }, [zoom]);
  useEffect(() => {
    const v = view.current;
    if (!v) return;
    // Ctrl and the wheel, which is also how browsers report a pinch.
    const wheel = (e: WheelEvent) => {
      if (!e.ctrlKey) return;
      e.preventDefault();
      to(e.deltaY < 0 ? zoom * 2 : zoom / 2, e);
    };
    v.addEventListener("wheel", wheel, { passive: false });
    return () => v.removeEventListener("wheel", wheel);
  });
  return { zoom, view, canvas, to };
}

// dragging pans until the pointer is let go.
export function dragging(e: PointerEvent, view: HTMLElement) {
  if (e.button !== 0 || e.pointerType !== "mouse") return;
  e.preventDefault();
  view.setPointerCapture(e.pointerId);
  const from = { x: e.clientX + view.scrollLeft, y: e.clientY + view.scrollTop };
  const move = (m: PointerEvent) => {
    view.scrollLeft = from.x - m.clientX;
    view.scrollTop = from.y - m.clientY;
  };
  const end = () => {
    view.removeEventListener("pointermove", move);
    view.removeEventListener("pointerup", end);
    view.removeEventListener("pointercancel", end);
  };
  view.addEventListener("pointermove", move);
  view.addEventListener("pointerup", end);
  view.addEventListener("pointercancel", end);
}
