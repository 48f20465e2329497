// Where the data comes from: this file's own elements, or (live) a server. The
// views know this interface only.

import type { Detail, Summary } from "./types";

export interface Source {
  // live is true where a server can be asked for more than what is there.
  live: boolean;
  // runs are the run that is shown and those to compare it with.
  summaries(): Promise<Summary[]>;
  // cases inflates a chunk of cases of a run.
  cases(run: number, chunk: number): Promise<Detail[]>;
  // image is the address of an image, or why there is none.
  image(run: number, index: number): Promise<Picture>;
  // follow calls back when a summary or cases have changed; live only.
  follow?(changed: (run: number) => void): () => void;
}

export type Picture = { url: string } | { problem: string };

const prefixes = ["", "with-"];

// embedded reads what lies in the elements of the page.
export const embedded: Source = {
  live: false,
  async summaries() {
    const all: Summary[] = [];
    for (const prefix of prefixes) {
      const element = document.getElementById(prefix + "summary");
      if (element) all.push(await inflate<Summary>(element));
    }
    return all;
  },
  async cases(run, chunk) {
    const element = document.getElementById(`${prefixes[run]}cases-${chunk}`);
    if (!element) throw new Error("the report was cut off: these cases are not in it");
    return inflate<Detail[]>(element);
  },
  async image(run, index) {
    const element = await parsed(`${prefixes[run]}image-${index}`);
    if (!element) return { problem: "the report was cut off: the image is not in it" };
    const { problem, file, type } = element.dataset;
    if (problem !== undefined) return { problem };
    if (file !== undefined) return { url: file };
    return { url: URL.createObjectURL(new Blob([bytes(element)], { type })) };
  },
};

// parsed is an element that may still be on its way: images stand behind the script.
async function parsed(id: string): Promise<HTMLElement | null> {
  const there = () => document.getElementById(id);
  while (document.readyState === "loading" && !complete(there())) await new Promise((next) => setTimeout(next, 20));
  return there();
}

// complete tells an element whose text has been read from one that is being read.
const complete = (element: HTMLElement | null) => element !== null && element.nextSibling !== null;

function bytes(element: HTMLElement): Uint8Array<ArrayBuffer> {
  const text = atob(element.textContent ?? "");
  const out = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}

async function inflate<T>(element: HTMLElement): Promise<T> {
  const stream = new Blob([bytes(element)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json() as Promise<T>;
}
