// Ink on paper in both themes, by numbers (WCAG 2.2 §1.4.3, §1.4.11).
import { test, expect } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/relay.ts';

const tokens = new Map(
  [...readFileSync(join(root, 'style/1-tokens.css'), 'utf8').matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\)/g)].map(
    ([, name, light, dark]) => [name!, { light: light!, dark: dark! }],
  ),
);

const text: [ink: string, paper: string][] = [
  ...['ink', 'quiet', 'accent', 'accent-strong'].flatMap((ink) =>
    ['paper', 'surface', 'sunken'].map((paper): [string, string] => [ink, paper]),
  ),
  ['accent', 'accent-paper'],
  ['accent-strong', 'accent-paper'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['on-toast', 'toast'],
  ...['good', 'warn', 'bad'].flatMap((ink) =>
    [`${ink}-paper`, 'surface', 'paper'].map((paper): [string, string] => [ink, paper]),
  ),
];
const graphics: [ink: string, paper: string][] = [
  ...['control', 'focus'].flatMap((ink) => ['paper', 'surface', 'sunken'].map((paper): [string, string] => [ink, paper])),
  ['trouble', 'toast'],
];

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

for (const theme of ['light', 'dark'] as const) {
  test(`inks stand out from their papers, ${theme}`, () => {
    const low = (pairs: [string, string][], least: number) =>
      pairs
        .map(([ink, paper]) => ({ ink, paper, is: contrast(tokens.get(ink)![theme], tokens.get(paper)![theme]) }))
        .filter(({ is }) => !(is >= least));
    expect(low(text, 4.5)).toEqual([]);
    expect(low(graphics, 3)).toEqual([]);
  });
}
