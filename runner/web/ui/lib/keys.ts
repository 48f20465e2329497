// Keys. Single letters act only where nobody types and no modifier is held, can be
// switched off, and none decides anything.

import { signal } from "@preact/signals";
import { copy, say } from "../parts/copy";
import { current, neighbour, nextNeedy, shownOf } from "../views/case";
import { go, link, show } from "./route";
import { detail, param, route, theRun } from "./store";
import { toggleTheme } from "./theme";

export const letters = signal(true);
export const helpOpen = signal(false);

const views: Record<string, string> = { r: "run", g: "gallery", c: "case", d: "compare", h: "threshold", m: "metrics", y: "history", a: "ask" };
const press = (id: string) => document.getElementById(id)?.click();

const anywhere: Record<string, () => void> = {
  "/": () => (document.getElementById("q") as HTMLInputElement | null)?.select(),
  "?": () => (helpOpen.value = true),
  t: toggleTheme,
  f: () => needy(1),
  F: () => needy(-1),
  s: () => route.value.view === "compare" && show({ mode: param("mode") === "swipe" ? "" : "swipe" }),
};

function needy(step: number) {
  const here = route.value.view === "case" && route.value.id ? current() : step > 0 ? -1 : theRun.value.cases.length;
  const id = nextNeedy(here, step);
  if (id === undefined) say("No case needs you");
  else go(link("case", id));
}

const inCase: Record<string, () => void> = {
  j: () => go(link("case", neighbour(current(), 1))),
  k: () => go(link("case", neighbour(current(), -1))),
  o: () => show({ hide: param("hide") ? "" : "expected.found" }),
  i: () => cycle("image"),
  n: () => cycle("sample"),
  y: () => command(),
  "+": () => press("zoom-in"),
  "-": () => press("zoom-out"),
  "0": () => press("zoom-fit"),
};

function cycle(what: "image" | "sample") {
  const c = detail(theRun.value, current());
  if (!c || c instanceof Error) return;
  const { sample, nth } = shownOf(c), n = (what === "image" ? c.images : c.samples)?.length ?? 0;
  if (n > 1) show({ [what]: String(((what === "image" ? nth : sample) + 1) % n) });
}

function command() {
  const c = detail(theRun.value, current());
  if (c && !(c instanceof Error) && c.command) copy(c.command);
}

let pending = false; // g was pressed

const typing = (e: Element) => e.closest("input:not([type=range]):not([type=checkbox]), textarea, select") !== null;

export function onKey(e: KeyboardEvent) {
  const at = e.target as Element;
  if (e.key === "Escape" && typing(at)) return (at as HTMLElement).blur();
  if (e.defaultPrevented || typing(at) || e.ctrlKey || e.metaKey || e.altKey || !letters.value || document.querySelector("dialog[open]")) return;
  const view = pending ? views[e.key] : undefined;
  pending = e.key === "g" && !pending;
  const act = view ? () => go(link(view)) : ((route.value.view === "case" ? inCase[e.key] : undefined) ?? anywhere[e.key]);
  if (!act) return;
  e.preventDefault();
  act();
}
