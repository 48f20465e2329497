// Numbers as people read them, and the few statistics that are computed in the
// page. Their Go twins are in runner/metric.

export const fixed = (x: number, digits = 2) => x.toFixed(digits);

// value writes a measured number: three digits where it is small.
export function value(x: number, unit = ""): string {
  if (unit === "s") return duration(x);
  const text = Number.isInteger(x) && Math.abs(x) >= 1 ? String(x) : Math.abs(x) < 0.3 ? fixed(x, 3) : fixed(x, 2);
  return minus(text) + (unit ? ` ${unit}` : "");
}

export function duration(s: number): string {
  if (s >= 60) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
  if (s >= 1) return `${fixed(s, 1)} s`;
  if (s >= 0.0995) return `${Math.round(s * 1000)} ms`;
  if (s >= 0.00005) return `${fixed(s * 1000, 1)} ms`;
  return s > 0 ? "< 1 ms" : "–";
}

export const count = (n: number) => n.toLocaleString("en-US");
export const plural = (n: number, one: string, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;
export const minus = (s: string) => s.replace("-", "−");
export const signed = (x: number, digits = 3) => minus((x >= 0 ? "+" : "") + fixed(x, digits));

// wilson is the 95 % interval of a rate of k in n (Wilson 1927).
export function wilson(k: number, n: number, z = 1.959964): [number, number] {
  if (!n) return [0, 1];
  const p = k / n, d = 1 + (z * z) / n, middle = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, (middle - half) / d), Math.min(1, (middle + half) / d)];
}

// mcnemar is the two-sided p of the exact test on b and c flips.
export function mcnemar(b: number, c: number): number {
  const n = b + c;
  if (!n) return 1;
  // In logarithms, for 0.5 ** n is 0 from n = 1,075 on.
  let term = n * Math.log(0.5), sum = 0;
  for (let i = 0; i <= Math.min(b, c); i++) {
    sum += Math.exp(term);
    term += Math.log(n - i) - Math.log(i + 1);
  }
  return Math.min(1, 2 * sum);
}

// bootstrapMean is the 95 % percentile interval of the mean of values, drawn by
// cluster: values of one image are not independent. The seed is fixed, so that a
// page says the same each time.
export function bootstrapMean(values: number[], clusters: (number | string)[], rounds = 2000): [number, number] {
  const sums = new Map<number | string, [number, number]>();
  values.forEach((v, i) => {
    const s = sums.get(clusters[i]!) ?? [0, 0];
    sums.set(clusters[i]!, [s[0] + v, s[1] + 1]);
  });
  const all = [...sums.values()];
  if (!all.length) return [0, 0];
  const budget = Math.max(200, Math.min(rounds, Math.floor(4e6 / all.length)));
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const means = Array.from({ length: budget }, () => {
    let sum = 0, n = 0;
    for (let i = 0; i < all.length; i++) {
      const [s, k] = all[Math.floor(random() * all.length)]!;
      sum += s;
      n += k;
    }
    return sum / n;
  }).sort((a, b) => a - b);
  return [means[Math.floor(budget * 0.025)]!, means[Math.floor(budget * 0.975)]!];
}

// ticks are some five round numbers from low to high.
export function ticks([low, high]: [number, number]): number[] {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw * 0.999)!;
  const out: number[] = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + 1e-9; v += step) out.push(Number(v.toFixed(9)));
  return out;
}
