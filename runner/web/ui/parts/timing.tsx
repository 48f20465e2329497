// TimingBar: where the time of an answer went.

import { duration } from "../lib/numbers";
import type { Timings } from "../lib/types";

const phases = ["queue", "preprocess", "encode", "prefill", "decode"] as const;

export function TimingBar({ timings: t }: { timings: Timings }) {
  const sum = phases.reduce((a, k) => a + t[k], 0);
  if (!sum) return <p class="small muted">{t.total > 0 ? `${duration(t.total)} in all. This backend reports no phases.` : "From the cache: it took no time."}</p>;
  let x = 0;
  const bars = phases.map((k, i) => {
    const w = (100 * t[k]) / sum, at = x;
    x += w;
    return <rect class={`ph-${i}`} x={at} width={Math.max(0, w - 0.25)} height="12" />;
  });
  return (
    <>
      <svg class="timing" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={phases.map((k) => `${k} ${duration(t[k])}`).join(", ")}>
        {bars}
      </svg>
      <div class="timing-key">
        {phases.map(
          (k, i) =>
            t[k] > 0 && (
              <span>
                <i class={`ph ph-${i}`} />
                {k} <b>{duration(t[k])}</b>
              </span>
            ),
        )}
      </div>
    </>
  );
}
