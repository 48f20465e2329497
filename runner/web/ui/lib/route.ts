// The URL is the state: #/view/ID?params. The filter goes along to every view.

import { param, route } from "./store";

type Params = Record<string, string>;

function address(view: string, id: string, params: URLSearchParams): string {
  const p = String(params);
  return `#/${view}${id ? "/" + encodeURIComponent(id) : ""}${p ? "?" + p : ""}`;
}

function changed(params: URLSearchParams, changes: Params) {
  for (const [k, v] of Object.entries(changes)) v === "" ? params.delete(k) : params.set(k, v);
  return params;
}

// link leads to a view, with the filter.
export function link(view: string, id = "", changes: Params = {}): string {
  const params = new URLSearchParams();
  if (param("q")) params.set("q", param("q"));
  return address(view, id, changed(params, changes));
}

// show changes what this view shows; the way back skips it.
export function show(changes: Params) {
  const { view, id, params } = route.value;
  history.replaceState(null, "", address(view, id, changed(new URLSearchParams(params), changes)));
  read();
}

export function go(to: string) {
  location.hash = to;
}

// read takes the state out of the URL.
export function read() {
  const [path = "", search = ""] = location.hash.slice(2).split("?");
  const [view = "", ...rest] = path.split("/");
  const before = route.value;
  const next = { view: view || "run", id: decoded(rest.join("/")), params: new URLSearchParams(search) };
  route.value = next;
  if (before.view !== next.view || before.id !== next.id) scrollTo(0, 0);
}

function decoded(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}
