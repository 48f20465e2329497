// Text that a model or a person wrote, shown as it is: what cannot be seen is
// named, and what is long is cut until somebody wants all of it.

import { useState } from "preact/hooks";
import { count } from "../lib/numbers";
import { wordDiff } from "../lib/diff";

// Control characters but tab and line feed, marks of direction, what has no width.
const INVISIBLE = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}])/u;
const mostMarks = 2000;

const code = (c: string) => "U+" + c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");

// Visible names the characters that cannot be seen.
export function Visible({ text }: { text: string }) {
  if (!INVISIBLE.test(text)) return <>{text}</>;
  const pieces = text.split(INVISIBLE);
  if (pieces.length > 2 * mostMarks) return <>{pieces.map((p, i) => (i % 2 ? `[${code(p)}]` : p)).join("")}</>;
  return <>{pieces.map((p, i) => (i % 2 ? <span class="escaped">{code(p)}</span> : p))}</>;
}

const mostShown = 2000;

// Text is a text of any length.
export function Text({ text, mono, quiet, label }: { text: string; mono?: boolean; quiet?: boolean; label?: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > mostShown && !whole;
  return (
    <>
      <p class={`text${mono ? " mono" : ""}${quiet ? " muted" : ""}`} dir="auto" tabIndex={whole ? 0 : undefined} role={whole ? "region" : undefined} aria-label={whole ? (label ?? "text") : undefined}>
        <Visible text={long ? cut(text) : text} />
        {long && "…"}
      </p>
      {long && (
        <button class="button button--plain small" onClick={() => setWhole(true)}>
          show all {count(text.length)} characters
        </button>
      )}
    </>
  );
}

// cut ends between characters.
const cut = (text: string) => text.slice(0, mostShown).replace(/[\ud800-\udbff]$/, "");

// Diff is what is different in b.
export function Diff({ a, b }: { a: string; b: string }) {
  const pieces = wordDiff(a, b);
  if (!pieces) return <p class="muted">These texts are too long to compare word by word.</p>;
  return (
    <p class="text" dir="auto">
      {pieces.map(([kind, words]) =>
        kind === "=" ? (
          <Visible text={words} />
        ) : kind === "-" ? (
          <del>
            <span class="vh">removed: </span>
            <Visible text={words} />
          </del>
        ) : (
          <ins>
            <span class="vh">added: </span>
            <Visible text={words} />
          </ins>
        ),
      )}
    </p>
  );
}

export const promptText = (prompt: string) => prompt.replace(/<image>/g, "▣ ").trim();
