// Interval is a value with its interval on one axis, and the bound of a gate.

import { fixed } from "../lib/numbers";

interface Props {
  value: number | null;
  low?: number | undefined;
  high?: number | undefined;
  min?: number | undefined;
  max?: number | undefined;
  from?: number;
  to?: number;
}

export function Interval({ value, low, high, min, max, from = 0, to = 1 }: Props) {
  const x = (v: number) => 4 + (192 * (Math.min(to, Math.max(from, v)) - from)) / (to - from);
  if (value === null) return <span class="faint">not defined</span>;
  const has = low !== undefined && high !== undefined;
  const bounds = [min !== undefined ? `at least ${min}` : "", max !== undefined ? `at most ${max}` : ""].filter(Boolean).join(", ");
  const words = `${fixed(value, 3)}${has ? `, ${fixed(low, 3)} to ${fixed(high, 3)}` : ", no interval"}${bounds ? `; ${bounds}` : ""}`;
  return (
    <svg class="interval" viewBox="0 0 200 20" preserveAspectRatio="none" role="img" aria-label={words}>
      <path class="axis still" d="M4 10H196M4 7v6M100 8v4M196 7v6" />
      {has && <path class="whisk still" d={`M${x(low)} 10H${x(high)}M${x(low)} 6v8M${x(high)} 6v8`} />}
      {min !== undefined && <path class="bound still" d={`M${x(min)} 1v18`} />}
      {max !== undefined && <path class="bound still" d={`M${x(max)} 1v18`} />}
      <path class="point still" d={`M${x(value)} 10h.01`} />
    </svg>
  );
}
