// Newer says what a page cannot read: its data may be of a newer vlmspec.

import { theRun } from "../lib/store";

const format = 1;
const known = new Set([
  "format", "version", "manifest", "suites", "files", "backends", "prompts", "cases", "images", "chunk", "gates", "not_run", "mistakes", "scatters", "thresholds", "past",
  "number", "byId",
]);

export function Newer() {
  const run = theRun.value;
  if (run.format <= format) return null;
  const unknown = Object.keys(run).filter((k) => !known.has(k));
  return (
    <div class="banner" role="status">
      <span>
        This data was written by vlmspec {run.version}, which is newer than this page. It shows what it knows: {run.cases.length} cases
        {unknown.length > 0 && (
          <>
            ; left out: {unknown.map((k, i) => (
              <>
                {i > 0 && ", "}
                <code>{k}</code>
              </>
            ))}
          </>
        )}
        .
      </span>
    </div>
  );
}
