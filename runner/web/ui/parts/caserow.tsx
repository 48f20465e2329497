// NeedRow is a case in a list: image with what is wrong, reason, measure, history.

import { named } from "../lib/gauge";
import { value } from "../lib/numbers";
import { link } from "../lib/route";
import { backendOf, type Run } from "../lib/store";
import type { Row } from "../lib/types";
import { Glyph } from "./glyph";
import { Cells } from "./past";
import { Visible } from "./text";
import { Thumb } from "./thumb";

export function NeedRow({ run, index }: { run: Run; index: number }) {
  const c = run.cases[index]!;
  return (
    <a class="need" href={link("case", c.id)}>
      <Thumb run={run} index={index} marks="faults" />
      <span class="what">
        <span class="name">
          <Glyph outcome={c.outcome} />
          <b class="clip"><Visible text={c.name} /></b>
          <span class="tag">{backendOf(c, run)}</span>
        </span>
        <span class="why">
          <Visible text={shortReason(c)} />
        </span>
      </span>
      <span class="trail">
        <span class="num nowrap small">{measured(c)}</span>
        <Cells past={c.past ?? ""} />
      </span>
    </a>
  );
}

// shortReason leaves the check out, which the group names.
const shortReason = (c: Row) => (c.reason ?? "").replace(/^\w+: /, "");

// measured is how far off a case was, else how many samples passed.
export function measured(c: Row): string {
  if (c.measure) return `${named(c.measure.what)} ${value(c.measure.value, c.measure.unit)}`;
  return samplesOf(c);
}

export const samplesOf = (c: Row) => (c.samples > 1 ? `${c.passed} of ${c.samples}` : "");
