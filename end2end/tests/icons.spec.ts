// The icons of the site, made from public/icon.svg: `PICTURES=1 npx playwright test tests/icons.spec.ts` draws them anew.
import { test, expect } from '@playwright/test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/relay.ts';

const folder = join(root, 'public');
/** Phones put the first on white anyway, and cut the maskable one to a circle of 80 % of its width. `share` is of that width. */
const icons = [
  { name: 'apple-touch-icon.png', size: 180, share: 0.84, paper: '#ffffff' },
  { name: 'icon-192.png', size: 192, share: 1, paper: 'transparent' },
  { name: 'icon-512.png', size: 512, share: 1, paper: 'transparent' },
  { name: 'icon-maskable-512.png', size: 512, share: 0.66, paper: '#ffffff' },
];
const favicon = [16, 32, 48];

test('each icon is there, is as large as the manifest says, and small to load', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'site.webmanifest'), 'utf8')) as { icons: { src: string; sizes: string }[] };
  const named = manifest.icons.filter(({ src }) => src.endsWith('.png')).map(({ src, sizes }) => `${src} ${sizes}`);
  expect(named).toEqual(icons.slice(1).map(({ name, size }) => `/${name} ${size}x${size}`));
  for (const { name, size } of icons) {
    const file = readFileSync(join(folder, name));
    // The header of a PNG (RFC 2083 §4.1.1).
    expect([file.readUInt32BE(16), file.readUInt32BE(20)], name).toEqual([size, size]);
    expect(file.length, name).toBeLessThan(30_000);
  }
  const ico = readFileSync(join(folder, 'favicon.ico'));
  expect(favicon.map((_, at) => ico[6 + 16 * at])).toEqual(favicon);
  expect(ico.length).toBeLessThan(10_000);
});

/** PNG images in one file: a header of 6 octets, and 16 for each image. */
function ico(images: { size: number; png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, png }, at) => {
    const entry = 6 + 16 * at;
    header.writeUInt8(size, entry);
    header.writeUInt8(size, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(png.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(({ png }) => png)]);
}

test('icons are drawn', async ({ page }) => {
  const into = process.env['PICTURES'] ? folder : test.info().outputPath();
  mkdirSync(into, { recursive: true });
  const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
  const draw = async (size: number, share: number, paper: string) => {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>html { background: ${paper} } body { margin: 0; height: 100vh; display: grid; place-items: center }
      svg { width: ${share * 100}%; height: ${share * 100}% }</style>${svg}`);
    return page.screenshot({ omitBackground: true });
  };
  for (const { name, size, share, paper } of icons) writeFileSync(join(into, name), await draw(size, share, paper));
  const images = [];
  for (const size of favicon) images.push({ size, png: await draw(size, 1, 'transparent') });
  writeFileSync(join(into, 'favicon.ico'), ico(images));
});
