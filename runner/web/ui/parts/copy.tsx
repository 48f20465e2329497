// CopyLine is a text to take along, and a button that does.

import { signal } from "@preact/signals";
import { Visible } from "./text";

export const toast = signal("");
let timer = 0;

export function say(text: string) {
  toast.value = text;
  clearTimeout(timer);
  timer = window.setTimeout(() => (toast.value = ""), 1600);
}

export async function copy(text: string) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    select(text);
  }
  say("Copied");
}

// select is how a page from disk copies where the clipboard is closed to it.
function select(text: string) {
  const had = document.activeElement as HTMLElement | null;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  had?.focus();
}

export const CopyLine = ({ text, name, id }: { text: string; name: string; id?: string }) => (
  <div class="codeline">
    <code>
      <Visible text={text} />
    </code>
    <button id={id} class="button" aria-label={`Copy ${name}`} onClick={() => copy(text)}>
      copy
    </button>
  </div>
);

export const Toast = () => (
  <div role="status" class={toast.value ? "toast" : "vh"}>
    {toast.value}
  </div>
);
