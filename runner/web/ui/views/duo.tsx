// Duo is a case on two sides: side by side, or a slider over one image.

import { useLayoutEffect, useRef } from "preact/hooks";
import { mostlyNumbers } from "../lib/diff";
import { duration, fixed } from "../lib/numbers";
import type { Case, Pair } from "../lib/pairs";
import { link, show } from "../lib/route";
import { firstDrawn, firstWrong, marksOf } from "../lib/shapes";
import { detail, param, picture } from "../lib/store";
import type { Detail } from "../lib/types";
import { samplesOf } from "../parts/caserow";
import { OutcomeWord } from "../parts/glyph";
import { Overlay } from "../parts/overlay";
import { MarkKey, Stage } from "../parts/stage";
import { Diff, Text, Visible } from "../parts/text";
import { Check } from "./evidence";

export function Duo({ pair }: { pair: Pair }) {
  const a = detail(pair.a.side.run, pair.a.index), b = detail(pair.b.side.run, pair.b.index);
  if (!a || !b) return <section aria-busy="true" />;
  if (a instanceof Error) return <p class="notice">A cannot be read: {a.message}.</p>;
  if (b instanceof Error) return <p class="notice">B cannot be read: {b.message}.</p>;
  const mode = param("mode", "side"), one = sameImage(pair, a, b);
  return (
    <section aria-label="Side by side">
      <div class="toolbar">
        <h2>
          <Visible text={pair.a.row.name} /> <span class="faint normal">{pair.a.side.run.suites[pair.a.row.suite]}</span>
        </h2>
        <span class="end">
          <MarkKey />
          {one && (
            <span class="segmented" role="group" aria-label="How to compare">
              {(["side", "swipe"] as const).map((m) => (
                <button id={`mode-${m}`} class="toggle" aria-pressed={mode === m} onClick={() => show({ mode: m === "side" ? "" : m })}>
                  {m === "side" ? "side by side" : "slider"}
                </button>
              ))}
            </span>
          )}
        </span>
      </div>
      {mode === "swipe" && one && <Swipe pair={pair} a={a} b={b} />}
      <div class="duo">
        <Half letter="A" of={pair.a} c={a} image={mode !== "swipe" || !one} />
        <Half letter="B" of={pair.b} c={b} image={mode !== "swipe" || !one} other={last(a)} />
      </div>
    </section>
  );
}

const sampleOf = (c: Detail) => c.samples?.[firstWrong(c)];
const last = (c: Detail) => sampleOf(c)?.turns?.at(-1)?.answer ?? "";

// sameImage: both layers of a slider must have the very same size.
function sameImage(pair: Pair, a: Detail, b: Detail): boolean {
  const x = pair.a.side.run.images[a.shows?.[firstDrawn(a, firstWrong(a))] ?? -1], y = pair.b.side.run.images[b.shows?.[firstDrawn(a, firstWrong(a))] ?? -1];
  return Boolean(x?.width && y && x.width === y.width && x.height === y.height);
}

function Half({ letter, of, c, image, other }: { letter: string; of: Case; c: Detail; image: boolean; other?: string }) {
  const sample = firstWrong(c), answer = last(c), verdicts = (sampleOf(c)?.turns ?? []).flatMap((t) => t.verdicts ?? []);
  const different = other !== undefined && answer !== "" && other !== "" && answer !== other && !mostlyNumbers(answer);
  return (
    <div>
      <div class="side-head">
        <b>{letter}</b> <span>{of.side.name}</span> <OutcomeWord outcome={of.row.outcome} />
        <span class="faint small">
          {duration(of.row.seconds)} · score {fixed(of.row.score)}
        </span>
        {of.side.run.number === 0 && (
          <a class="small push" href={link("case", of.row.id)}>
            open
          </a>
        )}
      </div>
      {image && (c.images?.length ?? 0) > 0 && <Stage run={of.side.run} c={c} nth={firstDrawn(c, sample)} sample={sample} bar={false} below={420} />}
      <div class="gap">
        {of.row.samples > 1 && <p class="small muted">{samplesOf(of.row)} samples passed</p>}
        <h3>{different ? "answer, as it differs from A's" : "answer"}</h3>
        {different ? <Diff a={other} b={answer} /> : <Text text={answer || "No answer."} label={`answer of ${letter}`} />}
        <ul class="checks gap">
          {verdicts.map((v, i) => (
            <Check key={i} v={v} />
          ))}
        </ul>
      </div>
    </div>
  );
}

// Swipe shows A to the left of a divider and B to the right: positions are of the
// image, and the divider is a range input.
function Swipe({ pair, a, b }: { pair: Pair; a: Detail; b: Detail }) {
  const box = useRef<HTMLDivElement>(null), nth = firstDrawn(a, firstWrong(a));
  useLayoutEffect(() => box.current?.style.setProperty("--at", "50%"), []);
  const image = pair.a.side.run.images[a.shows![nth]!]!, size = { width: image.width!, height: image.height! };
  const width = `min(100%, ${size.width < 100 ? 512 : Math.round(size.width * 1.5)}px, (100vh - 400px) * ${(size.width / size.height).toFixed(4)})`;
  return (
    <div class="swipe-place">
      <div ref={box} class={`swipe${size.width < 100 ? " pixelated" : ""}`} style={{ aspectRatio: `${size.width} / ${size.height}`, width: `calc(${width})` }}>
        <Layer of={pair.a} c={a} nth={nth} cls="layer-a" />
        <Layer of={pair.b} c={b} nth={nth} cls="layer-b" />
        <span class="divider" />
        <span class="letter letter-a">A {pair.a.side.name}</span>
        <span class="letter letter-b">B {pair.b.side.name}</span>
        <input id="swipe" type="range" min="0" max="100" defaultValue="50" aria-label="Slider: A to the left, B to the right" onInput={(e) => box.current!.style.setProperty("--at", e.currentTarget.value + "%")} />
      </div>
    </div>
  );
}

function Layer({ of, c, nth, cls }: { of: Case; c: Detail; nth: number; cls: string }) {
  const number = c.shows?.[nth] ?? -1, image = of.side.run.images[number], p = number < 0 ? null : picture(of.side.run, number);
  if (!p || !image || "problem" in p) return null;
  return (
    <div class={`layer ${cls}`}>
      <img src={p.url} alt="" />
      <Overlay run={of.side.run} marks={marksOf(c, firstWrong(c), nth)} size={{ width: image.width!, height: image.height! }} />
    </div>
  );
}
