// What a filter that nothing matches shows.

import { show } from "../lib/route";
import { query } from "../lib/store";

export const EmptyFilter = () => (
  <div class="state">
    <p>
      No case matches <code>{query.value}</code>.{" "}
      <button id="clear" class="button" onClick={() => show({ q: "" })}>
        Clear the filter
      </button>
    </p>
    <p class="small muted close">
      Words match name, reason, and the beginning of prompt and answer. <code>s:failed</code> outcome, <code>p:photos</code> file or suite, <code>b:tuned</code> backend,{" "}
      <code>k:boxes</code> check, <code>@label</code>, <code>-</code> before any of them for not.
    </p>
  </div>
);
