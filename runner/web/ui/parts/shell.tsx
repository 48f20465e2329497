// What stands around every view: views as tabs, one filter, theme, keys.

import { useEffect, useRef } from "preact/hooks";
import { helpOpen, letters } from "../lib/keys";
import { go, link, show } from "../lib/route";
import { query, route } from "../lib/store";
import { toggleTheme } from "../lib/theme";

export interface Tab { view: string; name: string }

export function Header({ tabs }: { tabs: Tab[] }) {
  return (
    <header class="top">
      <a class="wordmark" href={link("run")}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <rect x="1" y="1" width="14" height="14" fill="none" stroke="var(--ink)" stroke-width="1.5" stroke-dasharray="3.2 2" />
          <circle cx="8" cy="8" r="2.6" fill="var(--accent)" />
        </svg>
        vlmspec
      </a>
      <Tabs tabs={tabs} />
      <Filter />
      <div class="tools">
        <button id="theme" class="iconbutton" aria-label="Light or dark" onClick={toggleTheme}>
          <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.5" />
            <path d="M8 2a6 6 0 010 12z" fill="currentColor" />
          </svg>
        </button>
        <button id="help-button" class="iconbutton" aria-label="Keys and help" onClick={() => (helpOpen.value = true)}>
          <b aria-hidden="true">?</b>
        </button>
      </div>
    </header>
  );
}

function Tabs({ tabs }: { tabs: Tab[] }) {
  const nav = useRef<HTMLElement>(null), { view } = route.value;
  useEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (here) nav.current!.scrollLeft = here.offsetLeft - nav.current!.clientWidth / 2 + here.clientWidth / 2;
  }, [view]);
  return (
    <nav class="tabs" aria-label="Views" ref={nav}>
      {tabs.map((t) => (
        <a href={link(t.view)} aria-current={view === t.view ? "page" : undefined}>
          {t.name}
        </a>
      ))}
    </nav>
  );
}

function Filter() {
  return (
    <form
      class="filter"
      role="search"
      onSubmit={(e) => {
        e.preventDefault();
        if (route.value.view !== "gallery" && route.value.view !== "case") go(link("gallery"));
        document.getElementById("main")?.focus();
      }}
    >
      <label class="vh" for="q">
        Filter cases
      </label>
      <input class="field" id="q" type="search" placeholder="Filter" value={query.value} autocomplete="off" spellcheck={false} onInput={(e) => show({ q: e.currentTarget.value })} />
      <kbd aria-hidden="true" class="hide-small">
        /
      </kbd>
    </form>
  );
}

const keys: [string, string[]][] = [
  ["filter", ["/"]], ["next, previous case", ["j", "k"]], ["next, previous that needs you", ["f", "F"]], ["overlay on, off", ["o"]],
  ["next image, next sample", ["i", "n"]], ["zoom", ["+", "-", "0"]], ["copy the command", ["y"]], ["side by side, slider", ["s"]], ["light, dark", ["t"]],
  ["go to run, gallery, cases", ["g", "r", "g", "c"]], ["compare, threshold", ["g", "d", "h"]], ["metrics, history", ["g", "m", "y"]], ["this", ["?"]],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpOpen.value && !dialog.current!.open) dialog.current!.showModal();
  }, [helpOpen.value]);
  return (
    <dialog ref={dialog} id="help" aria-labelledby="help-title" onClose={() => (helpOpen.value = false)} onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <form method="dialog" class="dialog-head">
        <h2 id="help-title">Keys</h2>
        <button class="button push">Close</button>
      </form>
      <div class="keys">
        {keys.map(([what, letters]) => (
          <div>
            <span>{what}</span>
            <span>
              {letters.map((l, i) => (
                <>
                  {i === 1 && letters[0] === "g" && "then "}
                  <kbd>{l}</kbd>{" "}
                </>
              ))}
            </span>
          </div>
        ))}
      </div>
      <p class="gap">
        <label>
          <input type="checkbox" id="letters" checked={letters.value} onChange={(e) => (letters.value = e.currentTarget.checked)} /> Single keys act
        </label>
      </p>
      <p class="small muted close">
        Filter: words, <code>s:failed</code>, <code>p:photos</code>, <code>b:tuned</code>, <code>k:boxes</code>, <code>@label</code>, <code>-</code> for not. In an image: double click, or Ctrl and the wheel, zooms to the
        pointer; drag pans.
      </p>
    </dialog>
  );
}
