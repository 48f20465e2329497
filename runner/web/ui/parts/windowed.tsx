// Windowed is a list of which only the rows in view are there: one tab stop, rows
// of one height, position and size told to screen readers.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  id: string;
  label: string;
  count: number;
  height: number; // of a row, CSS pixels
  active: number; // -1 for none
  row: (index: number) => ComponentChildren;
  // heading says that a row is no choice.
  heading?: (index: number) => boolean;
  choose: (index: number) => void;
}

const spare = 6;

export function Windowed({ id, label, count, height, active, row, heading, choose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0), [room, setRoom] = useState(800);
  useLayoutEffect(() => {
    const b = box.current!, measure = () => setRoom(b.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(b);
    return () => observer.disconnect();
  }, []);
  // The active row comes into view, with some others around it.
  useEffect(() => {
    const b = box.current!, y = active * height;
    if (active < 0 || (y >= b.scrollTop && y + height <= b.scrollTop + b.clientHeight)) return;
    b.scrollTop = Math.max(0, y - b.clientHeight / 2);
  }, [active, count]);
  const first = Math.max(0, Math.floor(top / height) - spare), last = Math.min(count, Math.ceil((top + room) / height) + spare);
  const keyed = (e: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(room / height) - 1);
    const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
    const d = step[e.key];
    if (d === undefined || e.altKey || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    let next = Math.min(count - 1, Math.max(0, active + d));
    while (heading?.(next) && next > 0 && next < count - 1) next += d < 0 ? -1 : 1;
    if (!heading?.(next)) choose(next);
  };
  const rows = [];
  for (let i = first; i < last; i++) {
    const head = heading?.(i);
    const props = head ? { role: "presentation" as const } : { role: "option" as const, "aria-selected": i === active, "aria-setsize": count, "aria-posinset": i + 1 };
    rows.push(
      <div key={i} class={head ? "item head" : "item"} id={`${id}-${i}`} style={{ top: `${i * height}px`, height: `${height}px` }} {...props} onClick={() => !head && choose(i)}>
        {row(i)}
      </div>,
    );
  }
  const inView = active >= first && active < last;
  return (
    <div ref={box} id={id} class="rows" tabIndex={0} role="listbox" aria-label={label} aria-activedescendant={inView ? `${id}-${active}` : undefined} onScroll={() => setTop(box.current!.scrollTop)} onKeyDown={keyed}>
      <div class="spacer" role="presentation" style={{ height: `${count * height}px` }}>
        {rows}
      </div>
    </div>
  );
}
