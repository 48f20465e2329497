// wordDiff is the difference of two texts by words: the longest common
// subsequence, and what was removed and added around it.

export type Piece = ["=" | "-" | "+", string];

const mostWords = 2000;

export function wordDiff(a: string, b: string): Piece[] | null {
  const x = a.match(/\s+|\S+/g) ?? [], y = b.match(/\s+|\S+/g) ?? [];
  if (x.length > mostWords || y.length > mostWords) return null;
  const table = lengths(x, y), out: Piece[] = [];
  const push = (kind: Piece[0], word: string) => {
    const last = out.at(-1);
    if (last?.[0] === kind) last[1] += word;
    else out.push([kind, word]);
  };
  let i = 0, j = 0;
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      push("=", x[i++]!);
      j++;
    } else if (j >= y.length || (i < x.length && table[i + 1]![j]! >= table[i]![j + 1]!)) push("-", x[i++]!);
    else push("+", y[j++]!);
  }
  return out;
}

function lengths(x: string[], y: string[]): Uint16Array[] {
  const t = Array.from({ length: x.length + 1 }, () => new Uint16Array(y.length + 1));
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--) t[i]![j] = x[i] === y[j] ? t[i + 1]![j + 1]! + 1 : Math.max(t[i + 1]![j]!, t[i]![j + 1]!);
  return t;
}

// mostlyNumbers are answers whose words tell less than image and gauge.
export function mostlyNumbers(s: string): boolean {
  const words = s.slice(0, 4000).match(/\S+/g) ?? [];
  return words.length > 2 && words.filter((w) => /\d/.test(w)).length > words.length * 0.5;
}
