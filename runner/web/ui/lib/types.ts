// The data of a page, as runner/web writes it: summary.go, detail.go and the
// structs of runner/result.

export type Outcome =
  | "passed" | "failed" | "unstable" | "error" | "skipped" | "stale"
  | "xfailed" | "xpassed" | "quarantined" | "inconclusive" | "unchecked";

export interface Summary {
  format: number;
  version: string;
  manifest: Manifest;
  suites: string[];
  files: string[];
  backends: string[];
  prompts: string[];
  cases: Row[];
  images: Picture[];
  chunk: number;
  gates: Gate[] | null;
  not_run?: { id: string; reason?: string }[] | null;
  mistakes?: { file?: string; line?: number; column?: number; message: string }[] | null;
  scatters: Scatter[] | null;
  thresholds: Threshold[] | null;
  past: Past[];
}

export interface Manifest {
  id: string;
  version: string;
  made_by: string;
  args?: string[];
  profile?: string;
  commit?: string;
  host: { name: string; os: string; arch: string; cpus: number };
  backends?: Record<string, Backend>;
  seed: number;
  selected: number;
  total: number;
  started: string;
  ended?: string;
  interrupted?: boolean;
  under_way?: boolean;
}

export interface Backend {
  plugin: string;
  version?: string;
  model?: string;
  model_digest?: string;
  device?: string;
  details?: Record<string, string>;
}

export interface Row {
  id: string;
  name: string;
  suite: number;
  file: number;
  line: number;
  backend: number;
  labels?: string[];
  outcome: Outcome;
  lets?: boolean;
  reason?: string;
  score: number;
  seconds: number;
  image: number;
  images?: number;
  passed: number;
  samples: number;
  kinds?: string[];
  failing?: string[];
  drawn?: boolean;
  prompt: number;
  answer?: string;
  measure?: { what: string; unit?: string; value: number };
  confidence?: number;
  cluster: number;
  past?: string;
}

export interface Picture { path?: string; width?: number; height?: number; mask?: boolean }

export interface Gate {
  suite: string;
  backend: string;
  name: string;
  metric: string;
  of?: string;
  against?: string;
  label?: string;
  file: string;
  line: number;
  value: number | null;
  low?: number;
  high?: number;
  confidence?: number;
  min?: number;
  max?: number;
  cases: number;
  labels?: { label: string; cases: number; value: number }[];
  outcome?: Outcome;
  reason?: string;
}

export interface Scatter { gate: number; cases: number[]; values: number[]; column: number[] }

export interface Threshold {
  suite: string;
  file: string;
  line: number;
  kind: string;
  backend: string;
  what: string;
  unit?: string;
  key?: string;
  bound: number;
  least?: boolean;
  cases: number[];
  values: number[];
  passed: number[];
  lost?: number[];
}

export interface Past { id: string; started: string; models?: Record<string, string> }

export interface Detail {
  id: string;
  name: string;
  vars?: Record<string, string>;
  images?: { path: string; width?: number; height?: number }[];
  params?: Record<string, unknown>;
  outcome: Outcome;
  reason?: string;
  require?: string;
  xfail?: string;
  quarantine?: { until: string; reason: string; file: string; line: number; expired?: boolean };
  samples?: Sample[];
  cut_off?: number;
  cached?: boolean;
  command?: string;
  shows?: number[];
}

export interface Sample {
  index: number;
  seed: number;
  outcome: Outcome;
  turns?: Turn[];
  error?: Fault;
  retries?: Fault[];
  cached?: boolean;
}

export interface Fault { kind: string; message: string; stderr?: string }

export interface Turn {
  prompt: string;
  answer: string;
  reasoning?: string;
  finish?: string;
  verdicts?: Verdict[];
  timings: Timings;
  tokens: { text: number; image: number; output: number; cached?: number };
  logprobs?: number[];
  cached?: boolean;
  cached_images?: number;
  unclosed?: boolean;
  shown?: { width: number; height: number }[];
}

export interface Timings { queue: number; preprocess: number; encode: number; prefill: number; decode: number; total: number }

export interface Verdict {
  kind: string;
  outcome: Outcome;
  score: number;
  warn?: boolean;
  unread?: boolean;
  expected?: string;
  actual?: string;
  reason?: string;
  read?: string;
  measures?: Measure[];
  file?: string;
  line?: number;
  overlay?: Overlay;
  judge?: { backend: string; prompt: string; answer: string; tries: number; reasoning?: string; cached?: boolean };
  inner?: Verdict[];
  golden?: { state: string; changed?: { what: string }[] };
}

export interface Measure { what: string; unit?: string; target?: number; found?: number; value: number; min?: number; max?: number }

export interface Overlay { image: number; expected?: Shape[]; found?: Shape[] }

export interface Shape { kind: string; points?: [number, number][]; radius?: number; path?: string; label?: string; ok?: boolean }
