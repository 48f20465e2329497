// One shape for each outcome; filled ones need somebody, outlined ones do not.

import type { ComponentChild } from "preact";
import type { Outcome } from "../lib/types";

const ink = "var(--paper)";
export const SHAPES: Record<string, ComponentChild> = {
  passed: <path d="M2.5 7.5l3 3 6-7" fill="none" stroke="currentColor" stroke-width="1.8" />,
  failed: [
    <rect x="1" y="1" width="12" height="12" rx="1.5" fill="currentColor" />,
    <path d="M4.3 4.3l5.4 5.4m0-5.4L4.3 9.7" stroke={ink} stroke-width="1.7" />,
  ],
  error: [<path d="M7 .8L13.6 13H.4z" fill="currentColor" />, <path d="M7 5v4m0 1.2v1.6" stroke={ink} stroke-width="1.7" />],
  unstable: [
    <path d="M7 .3L13.7 7 7 13.7.3 7z" fill="currentColor" />,
    <path d="M4 7.6c1-1.6 2-1.6 3-.6s2 1 3-.6" fill="none" stroke={ink} stroke-width="1.5" />,
  ],
  stale: [<circle cx="7" cy="7" r="6.3" fill="currentColor" />, <path d="M7 3.2V7l2.6 1.8" fill="none" stroke={ink} stroke-width="1.6" />],
  xpassed: [
    <rect x="1.2" y="1.2" width="11.6" height="11.6" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.6" />,
    <path d="M3.8 7.2l2.2 2.3 4.2-5" fill="none" stroke="currentColor" stroke-width="1.6" />,
  ],
  xfailed: [
    <rect x="1.7" y="1.7" width="10.6" height="10.6" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.2" />,
    <path d="M4.7 4.7l4.6 4.6m0-4.6L4.7 9.3" stroke="currentColor" stroke-width="1.2" />,
  ],
  quarantined: [
    <rect x="1.7" y="1.7" width="10.6" height="10.6" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.3" stroke-dasharray="2.4 1.8" />,
    <path d="M4.2 7h5.6" stroke="currentColor" stroke-width="1.5" />,
  ],
  skipped: <path d="M3 7h8" stroke="currentColor" stroke-width="1.5" />,
  unchecked: [
    <circle cx="7" cy="7" r="6.3" fill="currentColor" />,
    <path d="M5 5.4C5.2 3.2 9 3.3 8.8 5.6 8.7 7 7 6.8 7 8.5m0 1v1.5" fill="none" stroke={ink} stroke-width="1.5" />,
  ],
  inconclusive: [
    <circle cx="7" cy="7" r="6" fill="none" stroke="currentColor" stroke-width="1.4" />,
    <path d="M5 5.4C5.2 3.2 9 3.3 8.8 5.6 8.7 7 7 6.8 7 8.5m0 1v1.5" fill="none" stroke="currentColor" stroke-width="1.4" />,
  ],
  none: <circle cx="7" cy="7" r="1.5" fill="currentColor" />,
};

// Glyph is the shape of an outcome; quiet where the word stands beside it.
export function Glyph({ outcome, quiet }: { outcome: Outcome | "none"; quiet?: boolean }) {
  const name = quiet ? { "aria-hidden": true } : { role: "img" as const, "aria-label": outcome };
  return (
    <svg class={`glyph o-${outcome}`} viewBox="0 0 14 14" {...name}>
      {SHAPES[outcome] ?? SHAPES.none}
    </svg>
  );
}

export const OutcomeWord = ({ outcome }: { outcome: Outcome }) => (
  <span class={`outcome o-${outcome}`}>
    <Glyph outcome={outcome} quiet />
    {outcome}
  </span>
);
