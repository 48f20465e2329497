// The page: reads its data, and shows the view that the URL names.

import { render } from "preact";
import { onKey } from "./lib/keys";
import { read } from "./lib/route";
import { embedded } from "./lib/source";
import { indexed, route, runs, source, theRun } from "./lib/store";
import { Toast } from "./parts/copy";
import { Header, Help, type Tab } from "./parts/shell";
import { Newer } from "./parts/newer";
import "./style.css";
import { CaseView } from "./views/case";
import { CompareView } from "./views/compare";
import { GalleryView } from "./views/gallery";
import { HistoryView } from "./views/history";
import { MetricsView } from "./views/metrics";
import { RunView } from "./views/run";
import { ThresholdView } from "./views/threshold";

const views: Record<string, { name: string; view: () => preact.VNode }> = {
  run: { name: "Run", view: RunView },
  gallery: { name: "Gallery", view: GalleryView },
  case: { name: "Cases", view: CaseView },
  compare: { name: "Compare", view: CompareView },
  threshold: { name: "Threshold", view: ThresholdView },
  metrics: { name: "Metrics", view: MetricsView },
  history: { name: "History", view: HistoryView },
};

function App() {
  const { view } = route.value, { name, view: View } = views[view] ?? views["run"]!;
  const tabs: Tab[] = Object.entries(views).map(([v, t]) => ({ view: v, name: t.name }));
  const title = view === "case" ? theRun.value.cases[theRun.value.byId.get(route.value.id) ?? -1]?.name : name;
  document.title = `${title ?? name} · vlmspec`;
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), document.getElementById("main")!.focus())}>
        Skip to the content
      </a>
      <Header tabs={tabs} />
      <Newer />
      <main id="main" tabIndex={-1}>
        <View key={view} />
      </main>
      <Help />
      <Toast />
      <svg width="0" height="0" class="vh" aria-hidden="true">
        <defs>
          <pattern id="hatch-fail" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path d="M0 0V5" stroke="var(--fail)" stroke-width="2.4" />
          </pattern>
        </defs>
      </svg>
    </>
  );
}

async function start() {
  const root = document.getElementById("app")!;
  source.value = embedded;
  try {
    runs.value = (await embedded.summaries()).map(indexed);
  } catch (e) {
    render(<Damaged why={String(e)} />, root);
    return;
  }
  if (!runs.value.length) {
    render(<Damaged why="it has no summary" />, root);
    return;
  }
  read();
  addEventListener("hashchange", read);
  addEventListener("popstate", read);
  document.addEventListener("keydown", onKey);
  render(<App />, root);
}

const Damaged = ({ why }: { why: string }) => (
  <main class="page">
    <h1>This report cannot be read</h1>
    <p class="muted gap">The file was cut off or damaged: {why}. Write it again with <code>vlmspec report --format html=out/report.html</code>.</p>
  </main>
);

start();
