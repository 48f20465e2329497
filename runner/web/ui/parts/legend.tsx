// Legend is the key to the shapes, and filters by outcome.

import { outcomes, toggled } from "../lib/filter";
import { count } from "../lib/numbers";
import { ORDER } from "../lib/outcome";
import { show } from "../lib/route";
import { query, theRun } from "../lib/store";
import { Glyph } from "./glyph";

export function Legend() {
  const n = new Map<string, number>();
  for (const c of theRun.value.cases) n.set(c.outcome, (n.get(c.outcome) ?? 0) + 1);
  const now = outcomes(query.value);
  return (
    <div class="legend" role="group" aria-label="Show outcomes">
      {ORDER.filter((o) => n.get(o)).map((o) => (
        <button key={o} id={`legend-${o}`} class="toggle" aria-pressed={now.includes(o)} onClick={() => show({ q: toggled(query.value, o) })}>
          <Glyph outcome={o} quiet />
          <b>{count(n.get(o)!)}</b> {o}
        </button>
      ))}
    </div>
  );
}
